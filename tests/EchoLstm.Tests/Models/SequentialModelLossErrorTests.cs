namespace EchoLstm.Tests.Models;

/// <summary>A loss that is not finite ends the fit: by the whole message, and with the weights of the batch before.</summary>
public class SequentialModelLossErrorTests
{
    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_loss_that_becomes_infinite_in_a_layer(EngineKind engine)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false) { Name = "first" }, new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1e30f } }, new float[,] { { 1 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));

        var thrown = Errors.ExpectWithoutChange<TrainingDivergedException>(
            model,
            () => model.Fit(new float[,] { { 0 }, { 1e20f } }, new float[,] { { 0 }, { 0 } }, epochs: 3, batchSize: 1, verbose: 0, shuffle: false),
            "The loss became infinite in epoch 1 of 3, batch 2 of 2; this batch changed no weight. The output of Dense 'first' is the first that is not finite. Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        (thrown.Epoch, thrown.Batch, thrown.Layer).Should().Be((0, 1, "first"));
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_weight_that_is_NaN_already(EngineKind engine)
    {
        using var model = new SequentialModel(new Dense(1)) { RequestedEngine = engine };
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));
        using (no_grad())
        {
            model.parameters().First().fill_(float.NaN);
        }

        Errors.Expect<TrainingDivergedException>(
            () => model.Fit(new float[2, 1], new float[2, 1], verbose: 0),
            "The loss became NaN in epoch 1 of 1, batch 1 of 1; this batch changed no weight. The weight dense_1/kernel[0, 0] was NaN before it: set weights of before that, or make the model anew. Lower the learning rate, clip gradients (ClipNorm), or scale the data.")
            .Layer.Should().Be("dense_1");
    }

    [Fact]
    public void A_loss_that_is_NaN_by_itself()
    {
        using var model = SmallModels.Regression();
        model.Compile((target, output) => (output - 100).log(), new Adam());

        var thrown = Errors.ExpectWithoutChange<TrainingDivergedException>(
            model,
            () => model.Fit(new float[4, 5, 1], new float[4, 1], epochs: 7, initialEpoch: 5, verbose: 0),
            "The loss became NaN in epoch 6 of 7, batch 1 of 1; this batch changed no weight. Every layer's output is finite, so it is the loss custom itself; check that outputs and targets lie where it is defined. Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        (thrown.Epoch, thrown.Batch, thrown.Layer).Should().Be((5, 0, (string?)null));
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_fit_that_diverges_names_where_and_leaves_the_weights_of_the_batch_before(EngineKind engine)
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(1e25));
        using var x = Numbers.Uniform(1, [8, 5, 1]);
        using var y = Numbers.Uniform(2, [8, 1]);
        var last = new WeightsOfLastBatch();

        var thrown = Assert.Throws<TrainingDivergedException>(() => model.Fit(x, y, epochs: 10, batchSize: 4, verbose: 0, callbacks: [last]));

        last.Batches.Should().BePositive().And.Be((2 * thrown.Epoch) + thrown.Batch);
        thrown.Message.Should().MatchRegex($"^The loss became (NaN|infinite) in epoch {thrown.Epoch + 1} of 10, batch {thrown.Batch + 1} of 2; this batch changed no weight\\. ")
            .And.EndWith(" Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        model.GetWeights().Values().Should().Equal(last.Weights);
    }

    private sealed class WeightsOfLastBatch : Callback
    {
        internal double[] Weights { get; private set; } = [];

        internal int Batches { get; private set; }

        public override void OnBatchEnd(FitProgress progress)
        {
            Weights = progress.Model.GetWeights().Values();
            Batches++;
        }
    }
}
