using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Pictures;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>The tutorial's three models: data, summary, training, predictions.</summary>
internal static class ThreeModels
{
    internal static void All(Settings settings)
    {
        OneToOne(settings);
        Console.WriteLine("\n");
        ManyToOne(settings);
        Console.WriteLine("\n");
        ManyToMany(settings);
    }

    internal static void OneToOne(Settings settings) => Show(EchoTask.OneToOne(settings), settings);

    internal static void ManyToOne(Settings settings) => Show(EchoTask.ManyToOne(settings), settings);

    internal static void ManyToMany(Settings settings) => Show(EchoTask.ManyToMany(settings), settings);

    /// <summary>Trains a model and prints each step; the model is disposed.</summary>
    internal static void Show(EchoTask task, Settings settings, bool shuffle = true, params Callback[] callbacks)
    {
        using var model = task.Model;
        Console.WriteLine($"{task.Title} ({task.Name})");
        Console.WriteLine();
        Console.WriteLine($"Sequence: {Text.Vector(task.Sequence)}");
        Console.WriteLine();
        Console.Write(EchoSequence.PairsTable(task.Sequence));
        Console.WriteLine($"Shapes: X {Text.Shape(task.X)}, y {Text.Shape(task.Y)}");
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine($"Training: {task.Epochs} epochs, batch size {task.BatchSize}, seed {model.Seed}");
        var history = model.Fit(task.X, task.Y, task.Epochs, task.BatchSize, settings.Verbose, shuffle, callbacks: callbacks);
        Console.WriteLine();

        var predicted = task.Predict();
        Console.WriteLine("Predictions:");
        foreach (var value in predicted)
        {
            Console.WriteLine(Text.OneDecimal(value));
        }
        Console.WriteLine();
        if (settings.Plot is { } folder)
        {
            Draw(folder, task, history, predicted);
        }
        Console.WriteLine(
            $"{task.Name}: {model.CountParameters():N0} parameters, last loss {Text.Loss(history.Loss[^1])}, " +
            $"largest error {Text.LargestError(predicted, task.Sequence):F4}, " +
            $"trained in {history.Duration.TotalMilliseconds:N1} ms, engine {history.Engine}");
    }

    private static void Draw(string folder, EchoTask task, History history, float[] predicted)
    {
        Directory.CreateDirectory(folder);
        history.SavePlot(Path.Combine(folder, $"{task.Name}-loss.svg"));
        task.Model.SaveDiagram(Path.Combine(folder, $"{task.Name}-model.svg"));
        new SeriesPlot(task.Title) { XLabel = "place in the sequence" }
            .Add("expected", task.Sequence, start: 1)
            .Add("predicted", predicted, start: 1)
            .Save(Path.Combine(folder, $"{task.Name}-predictions.svg"));
    }
}
