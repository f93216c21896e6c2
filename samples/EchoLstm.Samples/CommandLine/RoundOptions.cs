using System.CommandLine;
using EchoLstm.Samples.Rounds;

namespace EchoLstm.Samples.CommandLine;

/// <summary>The options of the commands that train on a new sequence in each round.</summary>
/// <param name="rounds">The rounds unless the command line says otherwise.</param>
/// <param name="description">What the rounds are.</param>
/// <param name="isShown">Whether --verbose says how the training is shown.</param>
internal sealed class RoundOptions(int rounds, string description = "How many sequences to train on.", bool isShown = true)
{
    internal const int DefaultSeed = 11;

    private readonly Option<int> _rounds = WholeNumber.Option("--rounds", description, rounds, least: 1);
    private readonly Option<int> _seed = WholeNumber.Option("--seed", "The seed of the weights and of the sequences: one seed, one run.", DefaultSeed);
    private readonly Option<int> _verbose = WholeNumber.Option(
        "--verbose",
        "How the training is shown: 0 not at all, 1 a progress bar (plain lines when redirected), 2 Keras's two lines a round.",
        0, least: 0, most: 2);

    internal void AddTo(Command command)
    {
        command.Options.Add(_rounds);
        command.Options.Add(_seed);
        if (isShown)
        {
            command.Options.Add(_verbose);
        }
    }

    internal RoundSettings Read(ParseResult parsed) => new(parsed.GetValue(_rounds), parsed.GetValue(_seed), isShown ? parsed.GetValue(_verbose) : 0);
}
