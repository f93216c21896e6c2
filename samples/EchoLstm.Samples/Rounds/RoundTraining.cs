using System.Diagnostics;
using System.Globalization;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using Spectre.Console;
using TorchSharp;

namespace EchoLstm.Samples.Rounds;

/// <summary>The rounds of a training as --verbose asks: 0 not shown, 1 a bar (lines when redirected), 2 each as Keras shows a fit. Ctrl-C ends them with what they had reached.</summary>
internal static class RoundTraining
{
    private const int Lines = 10;

    internal static RoundOutcome Show(Contender contender, int rounds, int verbose)
    {
        using var interrupt = new Interrupt();
        var token = interrupt.Token;
        List<string> reached = [];
        try
        {
            return verbose switch
            {
                1 when Console.IsOutputRedirected => Run(PrintLine),
                1 => LiveBar.Run(AnsiConsole.Console, contender.Name, rounds, bar => Run((_, figures) => bar.Advance(Text(figures)))),
                _ => Run((_, _) => { }),
            };
        }
        catch (OperationCanceledException)
        {
            PartialHistory.Print(Console.Out, "round", reached, rounds);
            throw;
        }

        RoundOutcome Run(Action<int, IReadOnlyDictionary<string, double>> done)
        {
            // Operations this small cost more to share among threads than they take.
            torch.set_num_threads(1);
            var stopwatch = Stopwatch.StartNew();
            IReadOnlyDictionary<string, double> figures = new Dictionary<string, double>();
            for (var round = 1; round <= rounds; round++)
            {
                figures = contender.Train(verbose == 2 ? 2 : 0, token);
                reached.Add(Text(figures));
                done(round, figures);
            }
            return new RoundOutcome(figures, stopwatch.Elapsed);
        }

        void PrintLine(int round, IReadOnlyDictionary<string, double> figures)
        {
            var step = (rounds + Lines - 1) / Lines;
            if (round % step == 0 || round == rounds)
            {
                var last = rounds.ToString(CultureInfo.InvariantCulture);
                Console.WriteLine($"round {round.ToString(CultureInfo.InvariantCulture).PadLeft(last.Length)}/{last} - {Text(figures)}");
            }
        }
    }

    private static string Text(IReadOnlyDictionary<string, double> figures) =>
        string.Join(" - ", figures.Select(figure => $"{figure.Key}: {Figures.Loss(figure.Value)}"));
}
