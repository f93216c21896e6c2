namespace EchoLstm.Tests.Training;

/// <summary>verbose 2: two lines an epoch, as the tutorials show them.</summary>
public class EpochLogTests
{
    [Fact]
    public void It_prints_Kerass_two_lines_an_epoch()
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.5));
        var writer = new StringWriter();

        // w is 0, then 0.2, exactly right.
        model.Fit(new float[,] { { 1 } }, new float[,] { { 0.2f } }, epochs: 2, verbose: 0, callbacks: [new EpochLog(writer)]);

        writer.ToString().Should().Be(Lines("Epoch 1/2", " - 0s - loss: 0.0400", "Epoch 2/2", " - 0s - loss: 0.0000e+00"));
    }

    [Fact]
    public void Metrics_and_validation_follow_the_loss()
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0.5f } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0), Metric.Accuracy(), Metric.MeanAbsoluteError());
        var writer = new StringWriter();

        model.Fit(
            new float[,] { { 2 } }, new float[,] { { 1 } }, epochs: 1001, verbose: 0, initialEpoch: 1000,
            validationData: (new float[,] { { 2 } }, new float[,] { { 1.01f } }), callbacks: [new EpochLog(writer)]);

        writer.ToString().Should().Be(Lines(
            "Epoch 1001/1001",
            " - 0s - loss: 0.0000e+00 - accuracy: 1.0000 - mean_absolute_error: 0.0000e+00 - val_loss: 1.0000e-04 - val_accuracy: 0.0000e+00 - val_mean_absolute_error: 0.0100"));
    }

    [Fact]
    public void It_prints_the_same_in_every_culture()
    {
        using var german = new GermanCulture();
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var writer = new StringWriter();

        model.Fit(new float[,] { { 1 } }, new float[,] { { 50 } }, verbose: 0, callbacks: [new EpochLog(writer)]);

        writer.ToString().Should().Be(Lines("Epoch 1/1", " - 0s - loss: 2500.0000"));
    }

    [Fact]
    public void No_writer_is_refused() => Assert.Throws<ArgumentNullException>(() => new EpochLog(null!)).ParamName.Should().Be("writer");

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + Environment.NewLine));
}
