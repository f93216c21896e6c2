using System.CommandLine;

namespace EchoLstm.Samples;

/// <summary>The commands and their options.</summary>
internal static class CommandLine
{
    private static readonly Option<int?> Length = new("--length") { Description = "The length of the sequence." };
    private static readonly Option<int?> Units = new("--units") { Description = "The units of each LSTM." };
    private static readonly Option<int?> Epochs = new("--epochs") { Description = "How often to train on the whole data." };
    private static readonly Option<int?> BatchSize = new("--batch-size") { Description = "The samples between two updates." };
    private static readonly Option<int?> Rounds = new("--rounds") { Description = "How many random sequences to train on." };
    private static readonly Option<int?> StepsIn = new("--in") { Description = "The integers of a window. [default: 5]" };
    private static readonly Option<int?> StepsOut = new("--out") { Description = "How many of them are echoed. [default: 2]" };
    private static readonly Option<int?> Classes = new("--classes") { Description = "How many integers there are. [default: 100]" };
    private static readonly Option<int?> Seed = new("--seed") { Description = "The seed of weights, order and random data." };
    private static readonly Option<int?> Seeds = new("--seeds") { Description = "Train with each of the seeds 1 to this one." };
    private static readonly Option<string?> Plot = new("--plot") { Description = "A folder for pictures, as SVG." };
    private static readonly Option<string?> Save = new("--save") { Description = "A folder for the models." };
    private static readonly Option<int> Verbose = new("--verbose")
    {
        Description = "What Fit prints: 0 nothing, 1 a progress bar an epoch, 2 two lines an epoch.",
    };

    private static readonly Option[] ModelOptions = [Length, Units, Epochs, BatchSize, Seed, Verbose, Plot];
    private static readonly Option[] FitOptions = [Epochs, Seed, Verbose];
    private static readonly Option[] RoundOptions = [Rounds, Seed];

    internal static int Run(string[] args) =>
        Root().Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

    private static RootCommand Root() => new("The tutorials' models. Without a command: all.")
    {
        Create("all", "The three models one after another.", ThreeModels.All, ModelOptions),
        Create("one-to-one", "One value in, one value out.", ThreeModels.OneToOne, ModelOptions),
        Create("many-to-one", "A sequence in, one vector out.", ThreeModels.ManyToOne, ModelOptions),
        Create("many-to-many", "A sequence in, a sequence out.", ThreeModels.ManyToMany, ModelOptions),
        Create("stateful", "One-to-one with state from one value to the next.", Stateful.Run, FitOptions),
        Create("lengths", "The three models on shorter and longer sequences (seconds).", Lengths.Run, Epochs, Seed),
        Create("rates", "With how many seeds each of the three models learns.", Rates.Run, Seeds, Length, Units, Epochs, BatchSize),
        Create("next-step", "A target shifted by one step: a model that predicts, and goes on.", NextStep.Run, FitOptions),
        Create("framing", "A sequence of integers as pairs of inputs and targets.", Framing.Run, Seed),
        Create("echo", "A sequence of random integers in, the same out (seconds).", SequenceEcho.Run, [Rounds, Seed, Verbose, Seeds]),
        Create("partial-echo", "A sequence of random integers in, its first part out (a minute).", PartialEcho.Run,
            [Rounds, Seed, Verbose, Seeds, StepsIn, StepsOut, Length, Units, Classes]),
        new Command("extension", "The tutorial's five extensions of the echo, each as a comparison.")
        {
            Create("linear", "Integers as classes or as numbers of 0 to 1 (seconds).", LinearExtension.Run, RoundOptions),
            Create("missing", "Incomplete windows dropped, masked, or learned as they are (seconds).", MissingExtension.Run, RoundOptions),
            Create("longer", "2, 3, 4 and 5 of 5 integers by the encoder-decoder (an hour).", LongerExtension.Run, RoundOptions),
            Create("stateless", "The echo with and without state between batches (seconds).", StatelessExtension.Run, RoundOptions),
            Create("topologies", "Two of five integers echoed by other topologies (a minute).", TopologiesExtension.Run, RoundOptions),
        },
        Create("attention", "Two of five integers echoed with and without attention (minutes).", Attention.Run, RoundOptions),
        Create("article", "TimeDistributed on random data, as an article has it (seconds).", Article.Run, FitOptions),
        Create("frames", "Sequences of images: a convolution a frame, then an LSTM (seconds).", Frames.Run, FitOptions),
        Create("sunspots", "Next month's sunspot number from those of two years (seconds).", Sunspots.Run, [.. FitOptions, Plot]),
        Create("browser-models", "The two models of samples/Browser (seconds).", BrowserModels.Run, [Seed, Verbose, Save]),
    };

    private static Command Create(string name, string description, Action<Settings> run, params Option[] options)
    {
        var command = new Command(name, description);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
        command.SetAction(parsed =>
        {
            // Some commands call Torch before anything of EchoLstm.
            NativeTorch.Load();
            run(Read(parsed));
        });
        return command;
    }

    private static Settings Read(ParseResult parsed) => new()
    {
        Length = parsed.GetValue(Length),
        Units = parsed.GetValue(Units),
        Epochs = parsed.GetValue(Epochs),
        BatchSize = parsed.GetValue(BatchSize),
        Rounds = parsed.GetValue(Rounds),
        StepsIn = parsed.GetValue(StepsIn),
        StepsOut = parsed.GetValue(StepsOut),
        Classes = parsed.GetValue(Classes),
        Seed = parsed.GetValue(Seed),
        Seeds = parsed.GetValue(Seeds),
        Verbose = parsed.GetValue(Verbose),
        Plot = parsed.GetValue(Plot),
        Save = parsed.GetValue(Save),
    };
}
