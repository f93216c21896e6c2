using System.Globalization;
using EchoLstm.Samples.Reporting;

namespace EchoLstm.Samples.Rounds;

/// <summary>Trains an echo of random integers and prints what the tutorial prints.</summary>
internal static class EchoReport
{
    internal static void Print(string title, Func<int, Contender> create, RoundSettings settings)
    {
        using var contender = create(settings.Seed);
        Console.WriteLine($"{title} ({contender.Name})");
        Console.WriteLine();
        Console.WriteLine(contender.Model.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Training: {settings.Rounds} rounds, each a new sequence in batches of {contender.BatchSize}, not shuffled, states reset, seed {settings.Seed}"));
        var outcome = RoundTraining.Show(contender, settings.Rounds, settings.Verbose);
        Console.WriteLine();

        var round = contender.Next();
        var predicted = contender.Read(round);
        foreach (var line in EchoLines.Of(round.Expected, predicted))
        {
            Console.WriteLine(line);
        }
        var score = Score.Of(round.Expected, predicted);
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{contender.Name}: {contender.Model.CountParameters():N0} parameters, last loss {Figures.Loss(outcome.Figures["loss"])}, accuracy {outcome.Figures["accuracy"]:F4}, {score.Right} of {score.Items} items of a new sequence right, trained in {outcome.Duration.TotalSeconds:F2} s, engine {contender.Model.Engine}"));
    }

    /// <summary>Trains with each of the seeds and prints how many reach a share of items right on new sequences.</summary>
    internal static void PrintRate(string title, Func<int, Contender> create, RoundSettings settings, int seeds, int sequences, double enough)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: seeds 1 to {seeds}, {settings.Rounds} rounds each, then {(sequences == 1 ? "a new sequence" : $"{sequences} new sequences")}"));
        Console.WriteLine();
        Console.WriteLine("seed  last loss         right    seconds");
        Console.WriteLine("----  ---------  ------------  ---------");
        var scores = new Score[seeds];
        var gate = new Lock();
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            using var contender = create(i + 1);
            var outcome = RoundTraining.Show(contender, settings.Rounds, verbose: 0);
            scores[i] = contender.Score(sequences);
            lock (gate)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1,4}  {Figures.Loss(outcome.Figures["loss"]),9}  {scores[i].Percent,12}  {outcome.Duration.TotalSeconds,9:F1}"));
            }
        });
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scores.Count(score => score.Share >= enough)} of {seeds} seeds end with {(enough == 1 ? "every item" : $"at least {enough * 100:0.##} % of items")} right"));
    }
}
