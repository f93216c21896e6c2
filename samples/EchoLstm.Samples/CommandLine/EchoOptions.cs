using System.CommandLine;

namespace EchoLstm.Samples.CommandLine;

/// <summary>What one run of an echo model is told; null stands for the model's own default.</summary>
/// <param name="Length">The length of the sequence.</param>
/// <param name="Units">The Lstm's units.</param>
/// <param name="Epochs">The epochs to train for.</param>
/// <param name="BatchSize">The samples between two updates.</param>
/// <param name="Seed">The seed of the weights and of shuffling.</param>
/// <param name="Verbose">How the training is shown: 0, 1 or 2.</param>
/// <param name="Plot">The folder for pictures; null for none.</param>
internal sealed record EchoSettings(int Length, int? Units, int? Epochs, int? BatchSize, int Seed, int Verbose, string? Plot);

/// <summary>The options of the commands that train an echo model.</summary>
internal sealed class EchoOptions
{
    internal const int DefaultLength = 5;
    private const int DefaultSeed = 71;

    private readonly Option<int> _seed = WholeNumber.Option("--seed", "The seed of the weights and of shuffling: one seed, one run.", DefaultSeed);
    private readonly Option<int> _verbose = WholeNumber.Option(
        "--verbose",
        "How the training is shown: 0 not at all, 1 a progress bar (plain lines when redirected), 2 Keras's two lines an epoch.",
        0, least: 0, most: 2);

    private readonly Option<string?> _plot = PlotOption.Create();

    internal Option<int> Length { get; } = WholeNumber.Option("--length", "The length of the sequence 0, 1/length, 2/length, ...", DefaultLength, least: 1);

    internal Option<int?> Units { get; } = WholeNumber.Optional("--units", "The units of the LSTM. [default: the length]", least: 1);

    internal Option<int?> Epochs { get; } = WholeNumber.Optional("--epochs", "How often to train on the whole data. [default: 1000; many-to-one: 500]", least: 1);

    internal Option<int?> BatchSize { get; } = WholeNumber.Optional("--batch-size", "The samples between two updates of the weights. [default: 1; one-to-one: the length]", least: 1);

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[Length, Units, Epochs, BatchSize, _seed, _verbose, _plot])
        {
            command.Options.Add(option);
        }
    }

    internal EchoSettings Read(ParseResult parsed) => new(
        parsed.GetValue(Length),
        parsed.GetValue(Units),
        parsed.GetValue(Epochs),
        parsed.GetValue(BatchSize),
        parsed.GetValue(_seed),
        parsed.GetValue(_verbose),
        parsed.GetValue(_plot));
}
