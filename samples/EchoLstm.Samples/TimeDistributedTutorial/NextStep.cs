using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>
/// What comes next: the target is the window one step later, so that the model predicts where the tutorial's models echo. The series is
/// the tutorial's sequence over and over; a forecast then feeds the model its own predictions.
/// </summary>
internal static class NextStep
{
    private const int Length = 5, Repeats = 4, Ahead = 10;

    internal static void Run(Settings settings)
    {
        var (epochs, seed) = (settings.Epochs ?? 1000, settings.Seed ?? 11);
        var cycle = EchoSequence.Linear(Length);
        float[] series = [.. Enumerable.Repeat(cycle, Repeats).SelectMany(numbers => numbers)];
        var (x, y) = SupervisedFrames.ToShifted(series, steps: Length);
        using var model = new SequentialModel(new Lstm(20, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = seed };
        model.Build(Length, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(learningRate: 0.01));

        Console.WriteLine($"Series: {Text.Vector(series)}");
        Console.WriteLine($"Shapes: X {Text.Shape(x)}, y {Text.Shape(y)}");
        Console.WriteLine($"First sample: X {FirstSample(x)}, y {FirstSample(y)}");
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine($"Training: {epochs} epochs, batch size {x.GetLength(0)}, seed {seed}");
        var history = model.Fit(x, y, epochs, x.GetLength(0), settings.Verbose);
        Console.WriteLine();

        // The last sample's target is what is known last: the forecast goes on from there.
        var known = new float[1, Length, 1];
        Buffer.BlockCopy(y, (y.Length - Length) * sizeof(float), known, 0, Length * sizeof(float));
        using var forecast = model.Forecast(known, Ahead);
        var predicted = forecast.data<float>().ToArray();
        float[] expected = [.. cycle, .. cycle];
        Console.WriteLine($"Known:    {Decimals(series[^Length..])}");
        Console.WriteLine($"Expected: {Decimals(expected)}");
        Console.WriteLine($"Forecast: {Decimals(predicted)}");
        Console.WriteLine();
        Console.WriteLine(
            $"next-step: {model.CountParameters():N0} parameters, last loss {Text.Loss(history.Loss[^1])}, " +
            $"largest error {Text.LargestError(predicted, expected):F4}, " +
            $"trained in {history.Duration.TotalMilliseconds:N1} ms, engine {history.Engine}");
    }

    private static string FirstSample(float[,,] values) => Text.Vector([.. Enumerable.Range(0, Length).Select(step => values[0, step, 0])]);

    private static string Decimals(float[] values) => string.Join(' ', values.Select(Text.OneDecimal));
}
