using System.CommandLine;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>
/// What comes next: the target is the window one step later, so that the model predicts where the tutorial's models echo. The series is the tutorial's sequence
/// over and over; a forecast then feeds the model its own predictions.
/// </summary>
internal static class NextStepCommand
{
    private const int Length = 5, Repeats = 4, Units = 20, Ahead = 10;

    internal static Command Create() => FitOptions.Command("next-step", "A target shifted by one step: the model predicts instead of echoing, and forecasts from its own predictions (seconds).", epochs: 1000, Print, hasPictures: true);

    private static void Print(FitSettings settings)
    {
        torch.set_num_threads(1);
        var cycle = EchoSequence.Linear(Length);
        float[] series = [.. Enumerable.Repeat(cycle, Repeats).SelectMany(numbers => numbers)];
        var (x, y) = SupervisedFrames.ToShifted(series, steps: Length);
        using var model = new SequentialModel(new Lstm(Units, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = settings.Seed };
        model.Build(Length, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(learningRate: 0.01));

        Console.WriteLine("A sequence in, the same one step later out (next-step)");
        Console.WriteLine();
        Console.WriteLine($"Series: {Figures.Vector(series)}");
        Console.WriteLine($"Shapes: X {Figures.Shape(x)}, y {Figures.Shape(y)}");
        Console.WriteLine($"First sample: X {Steps(x)}, y {Steps(y)}");
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Training: {settings.Epochs} epochs, batch size {x.GetLength(0)}, seed {settings.Seed}"));
        var history = TrainingRun.Show(model, x, y, settings.Epochs, x.GetLength(0), settings.Verbose, "next-step");
        Console.WriteLine();

        var window = new float[1, Length, 1];
        for (var step = 0; step < Length; step++)
        {
            window[0, step, 0] = series[^(Length - step)];
        }
        float[] expected = [.. Enumerable.Range(0, Ahead).Select(step => cycle[step % Length])];
        using var forecast = model.Forecast(window, Ahead);
        var predicted = forecast.data<float>().ToArray();
        Console.WriteLine($"Known:    {Decimals(series[^Length..])}");
        Console.WriteLine($"Expected: {Decimals(expected)}");
        Console.WriteLine($"Forecast: {Decimals(predicted)}");
        Console.WriteLine();
        var pictures = new PlotFolder(settings.Plot, "next-step");
        pictures.Save(history);
        pictures.Save(model);
        pictures.Save("A forecast from the model's own predictions", "step", expected, predicted);
        pictures.Tell();
        Console.WriteLine(ClosingLine.Of("next-step", model, history, expected.Zip(predicted, (number, prediction) => Math.Abs(number - prediction)).Max()));
    }

    private static string Steps(float[,,] values) => Figures.Vector(Enumerable.Range(0, Length).Select(step => values[0, step, 0]));

    private static string Decimals(float[] values) => string.Join(' ', values.Select(Figures.OneDecimal));
}
