using EchoLstm.Models;

namespace EchoLstm.Samples;

/// <summary>The encoder-decoder with more of the sequence to echo, and more units for it.</summary>
internal static class LongerExtension
{
    internal static void Run(Settings settings)
    {
        var seed = settings.Seed ?? 11;
        (int StepsOut, int Units)[] cases = [(2, 150), (3, 200), (4, 250), (5, 300)];
        Comparison.Print(
            "Longer echoes by the encoder-decoder: 2, 3, 4 and 5 of 5 integers",
            settings.Rounds ?? 10000,
            seed,
            "All that is echoed passes through one state of the encoder, so each further integer is harder. " +
            "With seed 11, 3 of 5 has 99 % of its items right after 10,000 rounds, but not yet ten sequences in a row.",
            cases.Select(one => new Echo(
                $"{one.StepsOut} of 5, {one.Units} units",
                EchoModels.EncoderDecoder(batchSize: 21, stepsOut: one.StepsOut, units: one.Units, seed: seed),
                batchSize: 21,
                seed,
                stepsOut: one.StepsOut)));
    }
}
