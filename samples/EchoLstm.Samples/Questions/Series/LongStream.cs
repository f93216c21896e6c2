using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Questions.Series;

internal static class LongStream
{
    internal static Question Question { get; } = new(
        "long-stream",
        "A stream 1..100000, or 4096 rows of which each predicts the next: how is it cut, and may windows be shuffled?",
        [86, 100],
        """
        Cut it into windows: `ToForecast` gives a past and the row after it, `ToShifted` a window and the same window one row later,
        with a target at every step. For 4096 rows of 8 features, windows of one row throw the past away; longer ones let the LSTM
        use it. Windows may and should be shuffled, as each begins with a zero state and keeps its order inside. The rows in a
        window must not be. Only a stateful model needs its windows in order, and refuses to have them shuffled. Scale 1..100000 to
        0..1 first; a number beyond what was trained on is not predicted well.
        """,
        Run);

    private static void Run()
    {
        float[] stream = [.. Enumerable.Range(1, 100_000).Select(i => i / 100_000f)];
        var (x, y) = SupervisedFrames.ToForecast(stream, new ForecastWindow { Past = 50, Stride = 50 });
        Console.WriteLine($"stream: x {Show.Shape(x)}, y {Show.Shape(y)}");

        var rows = new float[4096, 8];
        var (single, next) = SupervisedFrames.ToForecast(rows, new ForecastWindow { Past = 1 });
        Console.WriteLine($"rows, one by one: x {Show.Shape(single)}, y {Show.Shape(next)}");
        var (windows, shifted) = SupervisedFrames.ToShifted(rows, steps: 64, stride: 64);
        Console.WriteLine($"rows, in windows: x {Show.Shape(windows)}, y {Show.Shape(shifted)}");

        using var model = new SequentialModel(new Lstm(8, returnSequences: true, stateful: true), new TimeDistributed(new Dense(8)));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        try
        {
            model.Fit(windows, shifted, batchSize: 1, verbose: 0);
        }
        catch (ArgumentException error)
        {
            Console.WriteLine(error.Message);
        }
    }
}
