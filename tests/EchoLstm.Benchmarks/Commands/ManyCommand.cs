using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Models;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Trains many small models, one after the other and side by side: no state is shared, so the weights are the same bits.</summary>
internal static class ManyCommand
{
    private const int Models = 1000;
    private const int Epochs = 200;
    private const int Rounds = 3;

    internal static Command Create()
    {
        var command = new Command("many", $"Trains {Models} one-to-one models, one after the other and on all processors.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        var (alone, together) = (new float[Models], new float[Models]);
        for (var i = 0; i < Models / 10; i++)
        {
            alone[i] = Train(i);
        }
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Models; i++)
            {
                alone[i] = Train(i);
            }
            var first = watch.Elapsed;
            watch.Restart();
            Parallel.For(0, Models, i => together[i] = Train(i));
            var second = watch.Elapsed;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Models} models of {Epochs} epochs: {first.TotalSeconds:0.00} s one after the other, {second.TotalSeconds:0.00} s on {Environment.ProcessorCount} processors: {first / second:0.00} times; {(alone.AsSpan().SequenceEqual(together) ? "the same bits" : "OTHER BITS")}"));
        }
    }

    private static float Train(int series)
    {
        using var model = EchoModels.OneToOne(seed: series);
        var values = new float[5, 1, 1];
        var targets = new float[5, 1];
        for (var i = 0; i < 5; i++)
        {
            (values[i, 0, 0], targets[i, 0]) = (i / 5f, (i / 5f) + (series * 1e-4f));
        }
        model.Fit(values, targets, epochs: Epochs, batchSize: 5, verbose: 0);
        return model.Predict<float[,]>(values)[4, 0];
    }
}
