using System.CommandLine;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>One value in, a sequence out: the value says how steep the sequence is. RepeatVector hands it to each step of an Lstm.</summary>
internal static class OneToManyCommand
{
    private const int Length = 5;

    internal static Command Create() => FitOptions.Command("one-to-many", "One value in, a sequence out (seconds).", epochs: 2000, Print, hasPictures: true);

    private static void Print(FitSettings settings)
    {
        torch.set_num_threads(1);
        float[] known = [0.2f, 0.4f, 0.6f, 0.8f, 1];
        float[] fresh = [0.3f, 0.9f];
        var (x, y) = Frame(known);
        using var model = EchoModels.OneToMany(Length, units: 20, settings.Seed);

        Console.WriteLine("One value in, a sequence out (one-to-many)");
        Console.WriteLine();
        Console.WriteLine($"Shapes: X {Figures.Shape(x)}, y {Figures.Shape(y)}");
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Training: {settings.Epochs} epochs, batch size {known.Length}, seed {settings.Seed}"));
        var history = TrainingRun.Show(model, x, y, settings.Epochs, known.Length, settings.Verbose, "one-to-many");
        Console.WriteLine();
        var largest = Math.Max(Lines("trained on", known, model), Lines("new", fresh, model));
        Console.WriteLine();
        var pictures = new PlotFolder(settings.Plot, "one-to-many");
        pictures.Save(history);
        pictures.Save(model);
        pictures.Tell();
        Console.WriteLine(ClosingLine.Of("one-to-many", model, history, largest));
    }

    private static (float[,] X, float[,,] Y) Frame(float[] values)
    {
        var (x, y) = (new float[values.Length, 1], new float[values.Length, Length, 1]);
        for (var i = 0; i < values.Length; i++)
        {
            x[i, 0] = values[i];
            for (var step = 0; step < Length; step++)
            {
                y[i, step, 0] = Sequence(values[i])[step];
            }
        }
        return (x, y);
    }

    private static float[] Sequence(float value) => [.. EchoSequence.Linear(Length).Select(number => number * value)];

    private static float Lines(string what, float[] values, SequentialModel model)
    {
        var predicted = model.Predict<float[,,]>(Frame(values).X);
        var largest = 0f;
        for (var i = 0; i < values.Length; i++)
        {
            var expected = Sequence(values[i]);
            float[] steps = [.. Enumerable.Range(0, Length).Select(step => predicted[i, step, 0])];
            largest = Math.Max(largest, expected.Zip(steps, (number, prediction) => Math.Abs(number - prediction)).Max());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{values[i]:F1} ({what}): Expected: {Figures.Vector(expected)} Predicted {Figures.Vector(steps)}"));
        }
        return largest;
    }
}
