using System.CommandLine;
using EchoLstm.Models;
using EchoLstm.Samples.Rounds;

namespace EchoLstm.Samples.Extensions;

/// <summary>The encoder-decoder with more of the sequence to echo, and more units for it.</summary>
internal static class LongerExtension
{
    private static readonly (int StepsOut, int Units)[] Cases = [(2, 150), (3, 200), (4, 250), (5, 300)];

    internal static Command Create() => ComparisonCommand.Create(
        "longer",
        "Longer echoes by the encoder-decoder: 2, 3, 4 and 5 of 5 integers",
        "an hour or more",
        rounds: 10000,
        "All that is echoed passes through one state of the encoder, so each further integer is harder. With seed 11, 3 of 5 has 99 % of its items right after 10,000 rounds, but not yet ten sequences in a row.",
        Contenders);

    private static IEnumerable<Contender> Contenders(int seed)
    {
        foreach (var (stepsOut, units) in Cases)
        {
            var problem = new EchoProblem(StepsOut: stepsOut);
            yield return Contender.OneHot($"{stepsOut} of 5, {units} units", EchoModels.EncoderDecoder(problem.Windows, stepsOut: stepsOut, units: units, seed: seed), problem.Windows, problem, seed);
        }
    }
}
