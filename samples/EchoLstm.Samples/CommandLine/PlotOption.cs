using System.CommandLine;

namespace EchoLstm.Samples.CommandLine;

/// <summary>The option that asks for pictures.</summary>
internal static class PlotOption
{
    internal static Option<string?> Create() => new("--plot")
    {
        Description = "A folder to write pictures to, as SVG: the training's curves, the model, and what it predicts. It is made if it is not there.",
        HelpName = "folder",
    };
}
