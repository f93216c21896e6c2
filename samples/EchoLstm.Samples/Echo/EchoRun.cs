using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using EchoLstm.Training;

namespace EchoLstm.Samples.Echo;

/// <summary>Runs an echo model from its data to its predictions, and prints each step.</summary>
internal static class EchoRun
{
    internal static void Print(EchoSample sample, EchoSettings settings, bool shuffle = true, params Callback[] callbacks)
    {
        var sequence = EchoSequence.Linear(settings.Length);
        var (x, y) = sample.Frame(sequence);
        var epochs = settings.Epochs ?? sample.Epochs;
        var batchSize = settings.BatchSize ?? sample.BatchSize(settings.Length);
        using var model = sample.Build(settings.Length, settings.Units, settings.Seed);

        Console.WriteLine($"{sample.Title} ({sample.Name})");
        Console.WriteLine();
        Console.WriteLine($"Sequence: {Figures.Vector(sequence)}");
        Console.WriteLine();
        Console.Write(EchoSequence.PairsTable(sequence));
        Console.WriteLine($"Shapes: X {Figures.Shape(x)}, y {Figures.Shape(y)}");
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Training: {epochs} epochs, batch size {batchSize}, seed {settings.Seed}"));
        var history = TrainingRun.Show(model, x, y, epochs, batchSize, settings.Verbose, sample.Name, shuffle, also: callbacks);
        Console.WriteLine();

        var predicted = EchoOutcome.Predict(model, x);
        Console.WriteLine("Predictions:");
        foreach (var value in predicted)
        {
            Console.WriteLine(Figures.OneDecimal(value));
        }
        Console.WriteLine();
        var pictures = new PlotFolder(settings.Plot, sample.Name);
        pictures.Save(history);
        pictures.Save(model);
        pictures.Save(sample.Title, "place in the sequence", sequence, predicted);
        pictures.Tell();
        Console.WriteLine(ClosingLine.Of(sample.Name, model, history, EchoOutcome.LargestError(predicted, sequence)));
    }
}
