using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class TargetShape
{
    internal static Question Question { get; } = new(
        "target-shape",
        "My y is (3620, 1) and an error asks for three axes. Should y be windowed too?",
        [138],
        """
        That depends on what shall be predicted. One number a window: leave out `returnSequences` in the last LSTM and
        TimeDistributed, and y stays (3620, 1). A number for each step of a window: then yes, y needs a window of its own, (3620,
        10, 1). `SupervisedFrames` cuts both. A target is never stretched to fit.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        try
        {
            model.Fit(zeros(3620, 10, 1), zeros(3620, 1), verbose: 0);
        }
        catch (ShapeMismatchException error)
        {
            Console.WriteLine(error.Message);
        }
        float[] series = [.. Enumerable.Range(0, 3630).Select(i => i / 3630f)];
        var (x, next) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 10 });
        var (_, shifted) = SupervisedFrames.ToShifted(series, steps: 10);
        Console.WriteLine($"x {Show.Shape(x)}, y of one number a window {Shape.Of(tensor(next).squeeze(2))}, y of one a step {Show.Shape(shifted)}");
    }
}
