using System.Diagnostics;
using System.Globalization;
using EchoLstm.Samples.Reporting;
using Spectre.Console;
using TorchSharp;

namespace EchoLstm.Samples.Rounds;

/// <summary>Contenders trained one after another, each until it has learned its echo, and a table of what that took.</summary>
internal static class Comparison
{
    private const int CheckEvery = 10;
    private const int ChecksInARow = 10;
    private const int FinalSequences = 20;

    internal static void Print(string title, string remark, RoundSettings settings, IEnumerable<Contender> contenders)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: at most {settings.Rounds} rounds, seed {settings.Seed}"));
        Console.WriteLine();
        Console.WriteLine("                                parameters  rounds to 100 %  updates     right in the end  seconds  engine");
        Console.WriteLine("------------------------------  ----------  ---------------  -------  -------------------  -------  ------");
        foreach (var contender in contenders)
        {
            using (contender)
            {
                var run = Console.IsOutputRedirected
                    ? Train(contender, settings.Rounds, () => { })
                    : LiveBar.Run(AnsiConsole.Console, contender.Name, settings.Rounds, bar => Train(contender, settings.Rounds, () => bar.Advance("")));
                var score = contender.Score(FinalSequences);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{contender.Name,-30}  {contender.Model.CountParameters(),10:N0}  {run.PerfectFrom?.ToString("N0", CultureInfo.InvariantCulture) ?? "-",15}  {run.Updates,7:N0}  {Part(score),19}  {run.Seconds,7:F1}  {contender.Model.Engine.Kind}"));
            }
        }
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"A round is one epoch on a new sequence. Rounds to 100 %: the first of {ChecksInARow} checks in a row, one every {CheckEvery} rounds, at which a new sequence was all right; training ends there. Right in the end: items of {FinalSequences} new sequences. The first row's seconds include the program's start."));
        Console.WriteLine();
        Console.WriteLine(remark);
    }

    private static Run Train(Contender contender, int rounds, Action done)
    {
        // Operations this small cost more to share among threads than they take.
        torch.set_num_threads(1);
        var stopwatch = Stopwatch.StartNew();
        var (round, inARow) = (0, 0);
        while (round < rounds && inARow < ChecksInARow)
        {
            contender.Train();
            done();
            round++;
            if (round % CheckEvery == 0)
            {
                inARow = contender.Score(1).IsPerfect ? inARow + 1 : 0;
            }
        }
        return new Run(inARow == ChecksInARow ? round - ((ChecksInARow - 1) * CheckEvery) : null, round * contender.UpdatesPerRound, stopwatch.Elapsed.TotalSeconds);
    }

    private static string Part(Score score) => string.Create(CultureInfo.InvariantCulture, $"{score.Percent} of {score.Items:N0}");

    private readonly record struct Run(int? PerfectFrom, int Updates, double Seconds);
}
