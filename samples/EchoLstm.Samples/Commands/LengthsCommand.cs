using System.CommandLine;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>The tutorial's three models on shorter and longer sequences: as many units as numbers, trained until each number is right.</summary>
internal static class LengthsCommand
{
    private const int CheckEvery = 50;
    private static readonly int[] Lengths = [2, 3, 5, 8, 10, 15];

    internal static Command Create()
    {
        var most = WholeNumber.Option("--epochs", "How many epochs to train for at most.", 6000, least: 1);
        var seed = WholeNumber.Option("--seed", "The seed of the weights and of shuffling: one seed, one run.", RoundOptions.DefaultSeed);
        var command = new Command("lengths", "The three models on shorter and longer sequences (seconds).") { most, seed };
        command.SetAction(parsed => Print(parsed.GetValue(most), parsed.GetValue(seed)));
        return command;
    }

    private static void Print(int most, int seed)
    {
        torch.set_num_threads(1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Epochs until every number is right at one decimal, checked every {CheckEvery} epochs, at most {most}, seed {seed}"));
        Console.WriteLine();
        Console.WriteLine($"length  {string.Join("  ", AllCommand.Samples.Select(sample => $"{sample.Name,12}  parameters"))}");
        Console.WriteLine($"------  {string.Join("  ", AllCommand.Samples.Select(_ => "------------  ----------"))}");
        foreach (var length in Lengths)
        {
            var cells = AllCommand.Samples.Select(sample => Measure(sample, length, most, seed));
            Console.WriteLine($"{length,6}  {string.Join("  ", cells.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell.Epochs?.ToString(CultureInfo.InvariantCulture) ?? "-",12}  {cell.Parameters,10:N0}")))}");
        }
    }

    private static (int? Epochs, long Parameters) Measure(EchoSample sample, int length, int most, int seed)
    {
        var sequence = EchoSequence.Linear(length);
        var (x, y) = sample.Frame(sequence);
        using var model = sample.Build(length, null, seed);
        for (var epoch = 0; epoch < most; epoch += CheckEvery)
        {
            var next = Math.Min(epoch + CheckEvery, most);
            model.Fit(x, y, epochs: next, sample.BatchSize(length), verbose: 0, initialEpoch: epoch);
            if (EchoOutcome.IsRight(EchoOutcome.LargestError(EchoOutcome.Predict(model, x), sequence)))
            {
                return (next, model.CountParameters());
            }
        }
        return (null, model.CountParameters());
    }
}
