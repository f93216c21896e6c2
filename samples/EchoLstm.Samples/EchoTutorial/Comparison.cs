using System.Diagnostics;
using TorchSharp;

namespace EchoLstm.Samples;

/// <summary>Echoes trained one after another, each until it has learned, and a table of what that took.</summary>
internal static class Comparison
{
    private const int CheckEvery = 10, ChecksInARow = 10, FinalSequences = 20;

    internal static void Print(string title, int rounds, int seed, string remark, IEnumerable<Echo> echoes)
    {
        // Operations this small cost more to share among threads than they take.
        torch.set_num_threads(1);
        Console.WriteLine($"{title}: at most {rounds} rounds, seed {seed}");
        Console.WriteLine();
        Console.WriteLine("                                parameters  rounds to 100 %  updates     right in the end  seconds  engine");
        Console.WriteLine("------------------------------  ----------  ---------------  -------  -------------------  -------  ------");
        foreach (var echo in echoes)
        {
            using (echo)
            {
                Print(echo, rounds);
            }
        }
        Console.WriteLine();
        Console.WriteLine(
            $"A round is one epoch on a new sequence. Rounds to 100 %: the first of {ChecksInARow} checks in a row, " +
            $"one every {CheckEvery} rounds, at which a new sequence was all right; training ends there. " +
            $"Right in the end: items of {FinalSequences} new sequences. The first row's seconds include the program's start.");
        Console.WriteLine();
        Console.WriteLine(remark);
    }

    private static void Print(Echo echo, int rounds)
    {
        var clock = Stopwatch.StartNew();
        var (round, inARow) = (0, 0);
        while (round < rounds && inARow < ChecksInARow)
        {
            echo.Train();
            round++;
            if (round % CheckEvery == 0)
            {
                inARow = echo.Score(1).Share == 1 ? inARow + 1 : 0;
            }
        }
        var seconds = clock.Elapsed.TotalSeconds;
        var reached = inARow == ChecksInARow ? $"{round - ((ChecksInARow - 1) * CheckEvery):N0}" : "-";
        var score = echo.Score(FinalSequences);
        Console.WriteLine(
            $"{echo.Name,-30}  {echo.Model.CountParameters(),10:N0}  {reached,15}  {echo.Updates,7:N0}  " +
            $"{$"{score} of {score.Items:N0}",19}  {seconds,7:F1}  {echo.Model.Engine.Kind}");
    }
}
