using System.CommandLine;

namespace EchoLstm.Samples.CommandLine;

/// <summary>What a training on one data set is told.</summary>
/// <param name="Epochs">The epochs to train for.</param>
/// <param name="Seed">The seed of the weights, of shuffling and of random data.</param>
/// <param name="Verbose">How the training is shown: 0, 1 or 2.</param>
/// <param name="Plot">The folder for pictures; null for none.</param>
internal sealed record FitSettings(int Epochs, int Seed, int Verbose, string? Plot);

/// <summary>The options of the commands that train on one data set.</summary>
internal sealed class FitOptions(int epochs)
{
    private readonly Option<int> _epochs = WholeNumber.Option("--epochs", "How often to train on the whole data.", epochs, least: 1);
    private readonly Option<int> _seed = WholeNumber.Option("--seed", "The seed of the weights, of shuffling and of random data: one seed, one run.", RoundOptions.DefaultSeed);
    private readonly Option<int> _verbose = WholeNumber.Option(
        "--verbose",
        "How the training is shown: 0 not at all, 1 a progress bar (plain lines when redirected), 2 Keras's two lines an epoch.",
        0, least: 0, most: 2);

    private readonly Option<string?> _plot = PlotOption.Create();

    /// <summary>A command with these options.</summary>
    /// <param name="name">Its name on the command line.</param>
    /// <param name="description">What it does.</param>
    /// <param name="epochs">The epochs unless the command line says otherwise.</param>
    /// <param name="run">What it does.</param>
    /// <param name="hasPictures">Whether --plot asks for its pictures.</param>
    internal static Command Command(string name, string description, int epochs, Action<FitSettings> run, bool hasPictures = false)
    {
        var options = new FitOptions(epochs);
        var command = new Command(name, description) { options._epochs, options._seed, options._verbose };
        if (hasPictures)
        {
            command.Options.Add(options._plot);
        }
        command.SetAction(parsed => run(new FitSettings(
            parsed.GetValue(options._epochs),
            parsed.GetValue(options._seed),
            parsed.GetValue(options._verbose),
            hasPictures ? parsed.GetValue(options._plot) : null)));
        return command;
    }
}
