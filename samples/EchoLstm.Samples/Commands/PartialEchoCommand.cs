using System.CommandLine;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Rounds;

namespace EchoLstm.Samples.Commands;

/// <summary>The echo of a part of what was heard: an encoder that reads, RepeatVector, and a decoder that writes; in and out may have any lengths.</summary>
internal static class PartialEchoCommand
{
    private const string Title = "A sequence of random integers in, its first part out";
    private const int FreshSequences = 100;
    private const double Enough = 0.995;

    // So many windows as the tutorial's 25 integers give.
    private const int WindowsBeyondFirst = 20;

    internal static Command Create()
    {
        var options = new RoundOptions(rounds: 5000);
        var stepsIn = WholeNumber.Option("--in", "The integers of a window.", 5, least: 1);
        var stepsOut = WholeNumber.Option("--out", "How many of them to echo, the oldest.", 2, least: 1);
        var length = WholeNumber.Optional("--length", "The integers of a sequence. [default: in + 20, for 21 windows]", least: 1);
        var units = WholeNumber.Option("--units", "The units of encoder and decoder.", 150, least: 1);
        var classes = WholeNumber.Option("--classes", "How many different integers there are.", 100, least: 1);
        var seeds = WholeNumber.Optional("--seeds", "Measure instead, with each of the seeds 1, 2, ... up to this one, how many items of 100 new sequences are right in the end.", least: 1);
        var command = new Command("partial-echo", Title + " (about a minute; with --seeds 10 about ten minutes).") { stepsIn, stepsOut, length, units, classes, seeds };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var heard = parsed.GetValue(stepsIn);
            var problem = new EchoProblem(heard, parsed.GetValue(stepsOut), parsed.GetValue(length) ?? heard + WindowsBeyondFirst, parsed.GetValue(classes));
            var size = parsed.GetValue(units);
            Contender Create(int seed) => Contender.OneHot(
                "partial-echo",
                EchoModels.EncoderDecoder(problem.Windows, problem.StepsIn, problem.StepsOut, problem.Classes, size, seed),
                problem.Windows,
                problem,
                seed);
            if (parsed.GetValue(seeds) is { } count)
            {
                EchoReport.PrintRate(Title, Create, options.Read(parsed), count, FreshSequences, Enough);
            }
            else
            {
                EchoReport.Print(Title, Create, options.Read(parsed));
            }
        });
        return command;
    }
}
