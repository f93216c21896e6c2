using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;
using EchoLstm.Samples.Reporting;
using Spectre.Console;

namespace EchoLstm.Samples.Commands;

/// <summary>How often each model learns its sequence: whether it does depends on the weights that it starts with.</summary>
internal static class RatesCommand
{
    private const int DefaultSeeds = 100;

    internal static Command Create(EchoOptions options)
    {
        var seeds = WholeNumber.Option("--seeds", "How many seeds to train each model with: 1, 2, ... up to this one.", DefaultSeeds, least: 1);
        var command = new Command("rates", "How often each of the three models learns its sequence, over many seeds.") { seeds, options.Length, options.Units, options.Epochs, options.BatchSize };
        command.SetAction(parsed => Print(parsed.GetValue(seeds), options.Read(parsed)));
        return command;
    }

    private static void Print(int seeds, EchoSettings settings)
    {
        var stopwatch = Stopwatch.StartNew();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"How often each model learns a sequence of {settings.Length}: seeds 1 to {seeds}"));
        Console.WriteLine();
        Console.WriteLine("model         epochs  batch size  learned  median last loss");
        Console.WriteLine("------------  ------  ----------  -------  ----------------");
        foreach (var sample in AllCommand.Samples)
        {
            var runs = Console.IsOutputRedirected
                ? Measure(sample, seeds, settings, () => { })
                : LiveBar.Run(AnsiConsole.Console, sample.Name, seeds, bar => Measure(sample, seeds, settings, () => bar.Advance("")));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Name,-12}  {Epochs(sample, settings),6}  {BatchSize(sample, settings),10}  {100.0 * runs.Count(run => run.Learned) / seeds,5:0.#} %  {Figures.Loss(Median(runs.Select(run => run.LastLoss))),16}"));
        }
        Console.WriteLine();
        Console.WriteLine("Learned: every prediction is right at one decimal, within 0.05 of its number.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{AllCommand.Samples.Count * seeds} trainings in {stopwatch.Elapsed.TotalSeconds:F0} s"));
    }

    private static Run[] Measure(EchoSample sample, int seeds, EchoSettings settings, Action done)
    {
        var runs = new Run[seeds];
        var sequence = EchoSequence.Linear(settings.Length);
        var (x, y) = sample.Frame(sequence);
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            using var model = sample.Build(settings.Length, settings.Units, i + 1);
            var history = model.Fit(x, y, Epochs(sample, settings), BatchSize(sample, settings), verbose: 0);
            runs[i] = new Run(EchoOutcome.IsRight(EchoOutcome.LargestError(EchoOutcome.Predict(model, x), sequence)), history.Loss[^1]);
            done();
        });
        return runs;
    }

    private static int Epochs(EchoSample sample, EchoSettings settings) => settings.Epochs ?? sample.Epochs;

    private static int BatchSize(EchoSample sample, EchoSettings settings) => settings.BatchSize ?? sample.BatchSize(settings.Length);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private readonly record struct Run(bool Learned, double LastLoss);
}
