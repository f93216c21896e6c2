using EchoLstm.Data;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/start.md.</summary>
public class StartTests() : PageProgram("docs/start.md")
{
    [Fact]
    public void From_numbers_to_a_forecast()
    {
        #region
        float[] series = [.. Enumerable.Range(0, 220).Select(i => MathF.Sin(0.3f * i))];
        var (x, y) = SupervisedFrames.ToShifted(series, steps: 20);    // the target of each step is the value after it
        Console.WriteLine($"{x.GetLength(0)} windows, {x.GetLength(1)} steps, {x.GetLength(2)} feature");
        #endregion
        ExpectOnPage();

        #region
        using var model = new SequentialModel(
            new Lstm(16, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(learningRate: 0.01), Metric.MeanAbsoluteError());
        #endregion

        #region
        var history = model.Fit(x, y, epochs: 100, batchSize: 20, validationSplit: 0.2, verbose: 0);
        Console.WriteLine(string.Join(", ", history.Names));
        Console.WriteLine($"{history.Epochs.Count} epochs, the last validation loss below 0.01: {history["val_loss"][^1] < 0.01}");
        #endregion
        ExpectOnPage();

        #region
        var metrics = model.Evaluate(x, y);                            // "loss" and "mean_absolute_error"
        var next = model.Predict<float[,,]>(x);                        // (200, 20, 1)
        using var further = model.Forecast(x, steps: 3);               // each prediction becomes an input: (200, 3, 1)
        Console.WriteLine($"{next.GetLength(0)} windows of {next.GetLength(1)} steps, then {Shape.Of(further)}");
        #endregion
        ExpectOnPage();

        metrics["loss"].Should().BeLessThan(0.01);
    }
}
