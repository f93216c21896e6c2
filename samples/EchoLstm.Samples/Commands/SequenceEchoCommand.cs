using System.CommandLine;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Rounds;

namespace EchoLstm.Samples.Commands;

/// <summary>The echo of whole sequences of random integers: a stateful Lstm that returns every step, and TimeDistributed(Dense) with a softmax on each.</summary>
internal static class SequenceEchoCommand
{
    private const string Title = "A sequence of random integers in, the same out";
    private const int BatchSize = 7;

    internal static Command Create()
    {
        var options = new RoundOptions(rounds: 500);
        var seeds = WholeNumber.Optional("--seeds", "Measure instead with how many of the seeds 1, 2, ... up to this one every item of a new sequence is right in the end.", least: 1);
        var command = new Command("echo", Title + " (seconds).") { seeds };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(seeds) is { } count)
            {
                EchoReport.PrintRate(Title, Contender, options.Read(parsed), count, sequences: 1, enough: 1);
            }
            else
            {
                EchoReport.Print(Title, Contender, options.Read(parsed));
            }
        });
        return command;
    }

    private static Contender Contender(int seed) => Rounds.Contender.OneHot("echo", EchoModels.SequenceEcho(BatchSize, seed: seed), BatchSize, new EchoProblem(), seed);
}
