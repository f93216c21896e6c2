namespace EchoLstm.Tests.Training;

public class TerminateOnNaNTests
{
    private const string Message = "The loss became infinite in epoch 3 of 9, batch 2 of 3; this batch changed no weight. Every layer's output is finite, so it is the loss mean_squared_error itself; check that outputs and targets lie where it is defined. Lower the learning rate, clip gradients (ClipNorm), or scale the data.";

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void The_fit_ends_with_the_epochs_before(EngineKind engine)
    {
        using var model = Model(engine);
        var nan = new TerminateOnNaN();
        List<string> turns = [];

        var history = Fit(model, nan, new LambdaCallback(onEpochEnd: progress => turns.Add($"epoch end {progress.Epoch}"), onTrainEnd: _ => turns.Add("train end")));

        history.Outcome.Should().Be(FitOutcome.Diverged);
        history.Epochs.Should().Equal(0, 1);
        history.Loss.Should().HaveCount(2).And.OnlyContain(loss => double.IsFinite(loss));
        turns.Should().Equal("epoch end 0", "epoch end 1", "train end");
        (nan.Diverged!.Epoch, nan.Diverged.Batch, nan.Diverged.Layer).Should().Be((2, 1, null));
        nan.Diverged.Message.Should().Be(Message);
        model.GetWeights()[0].Values().Should().Equal((float)1e30);
    }

    [Fact]
    public void Without_it_the_fit_throws()
    {
        using var model = Model(EngineKind.Auto);

        Errors.Expect<TrainingDivergedException>(() => Fit(model, new LambdaCallback()), Message);
    }

    [Fact]
    public void The_best_weights_come_back()
    {
        using var model = Model(EngineKind.Auto);

        Fit(model, new TerminateOnNaN(), new EarlyStopping("loss", patience: 5, restoreBestWeights: true));

        model.GetWeights()[0].Values().Should().Equal(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Where_something_is_printed_the_reason_is_too(int verbose)
    {
        using var model = Model(EngineKind.Auto);
        var writer = new StringWriter();

        Fit(model, verbose, writer, new TerminateOnNaN());

        writer.ToString().ReplaceLineEndings("\n").Should().EndWith($"Epoch 3/9\n{Message}\n");
    }

    [Fact]
    public void It_ends_the_fit_wherever_it_stands_among_the_callbacks()
    {
        using var model = Model(EngineKind.Auto);

        Fit(model, new TerminateOnNaN(), new LambdaCallback()).Outcome.Should().Be(FitOutcome.Diverged);
        Fit(model, new LambdaCallback(), new TerminateOnNaN()).Outcome.Should().Be(FitOutcome.Diverged);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void The_layer_is_looked_for_with_the_weights_of_the_batch_that_diverged(EngineKind engine)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false), new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1 } }, new float[,] { { 1 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(1e30));

        // The first batch's gradients are 2000, so both weights become -2e33: their product is no float.
        var thrown = Errors.Expect<TrainingDivergedException>(
            () => model.Fit(new float[,] { { 1 }, { 1 } }, new float[,] { { -999 }, { -999 } }, batchSize: 1, verbose: 0, shuffle: false),
            "The loss became infinite in epoch 1 of 1, batch 2 of 2; this batch changed no weight. The output of Dense 'dense_2' is the first that is not finite. Lower the learning rate, clip gradients (ClipNorm), or scale the data.");

        thrown.Layer.Should().Be("dense_2");
    }

    [Fact]
    public void A_fit_that_does_not_diverge_is_as_without_it()
    {
        using var model = Model(EngineKind.Auto);
        var nan = new TerminateOnNaN();
        Fit(model, nan);

        var history = model.Fit(new float[,] { { 0 } }, new float[,] { { 0 } }, epochs: 2, verbose: 0, callbacks: [nan]);

        history.Outcome.Should().Be(FitOutcome.Completed);
        nan.Diverged.Should().BeNull("each fit begins anew");
    }

    private static SequentialModel Model(EngineKind engine)
    {
        var model = new SequentialModel(new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        return model;
    }

    private static History Fit(SequentialModel model, params Callback[] callbacks) => Fit(model, 0, null, callbacks);

    // In the third epoch the first batch's sample is 0 and leaves the loss finite; the second's is 1e30, whose square is no float.
    private static History Fit(SequentialModel model, int verbose, TextWriter? output, params Callback[] callbacks) => model.Fit(
        new float[,] { { 0 }, { 1 }, { 1 } }, new float[,] { { 0 }, { 0 }, { 0 } }, epochs: 9, batchSize: 1, verbose, shuffle: false, output: output,
        callbacks: [new LambdaCallback(onEpochBegin: progress => model.SetWeights([new[,] { { progress.Epoch < 2 ? progress.Epoch + 1 : 1e30f } }])), .. callbacks]);
}
