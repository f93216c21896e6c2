using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class OtherLengths
{
    internal static Question Question { get; } = new(
        "other-lengths",
        "Years of data in, the next year out: how, when the lengths differ?",
        [91],
        """
        Cut windows with a past and a horizon of different lengths, and use an encoder-decoder: the first LSTM reads the past and
        hands on its last step, `RepeatVector` makes as many steps of it as the horizon has, the second LSTM writes them. Any two
        lengths go together. Here two years of months give the next one.
        """,
        Run);

    private static void Run()
    {
        float[] months = [.. Enumerable.Range(0, 96).Select(month => MathF.Sin(2 * MathF.PI * month / 12))];
        var (x, y) = SupervisedFrames.ToForecast(months, new ForecastWindow { Past = 24, Horizon = 12 });
        using var model = new SequentialModel(
            new Lstm(12),
            new RepeatVector(12),
            new Lstm(12, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        model.Fit(x, y, epochs: 60, batchSize: 32, verbose: 0);
        Console.WriteLine($"x {Show.Shape(x)}, y {Show.Shape(y)}, output {Shape.Of(model.Predict(x))}");
        Console.WriteLine($"expected   {Show.Numbers(tensor(y)[0])}");
        Console.WriteLine($"predicted  {Show.Numbers(model.Predict(x)[0])}");
    }
}
