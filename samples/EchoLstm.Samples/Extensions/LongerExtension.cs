using System.CommandLine;
using EchoLstm.Models;
using EchoLstm.Samples.Rounds;

namespace EchoLstm.Samples.Extensions;

/// <summary>The encoder-decoder with more of the sequence to echo, and more units for it.</summary>
internal static class LongerExtension
{
    private static readonly (int StepsOut, int Units)[] Cases = [(2, 150), (3, 200), (4, 250), (5, 300)];

    internal static Command Create() => ComparisonCommand.Create("longer", "Longer echoes by the encoder-decoder: 2, 3, 4 and 5 of 5 integers", "an hour or more", rounds: 10000, Contenders);

    private static IEnumerable<Contender> Contenders(int seed)
    {
        foreach (var (stepsOut, units) in Cases)
        {
            var problem = new EchoProblem(StepsOut: stepsOut);
            yield return Contender.OneHot($"{stepsOut} of 5, {units} units", EchoModels.EncoderDecoder(problem.Windows, stepsOut: stepsOut, units: units, seed: seed), problem.Windows, problem, seed);
        }
    }
}
