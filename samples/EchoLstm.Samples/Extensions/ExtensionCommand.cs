using System.CommandLine;

namespace EchoLstm.Samples.Extensions;

/// <summary>What the author of the echo tutorial proposes to go on with, each as a comparison.</summary>
internal static class ExtensionCommand
{
    internal static Command Create() => new("extension", "The tutorial's five extensions of the echo, each as a comparison.")
    {
        LinearExtension.Create(),
        MissingExtension.Create(),
        LongerExtension.Create(),
        StatelessExtension.Create(),
        TopologiesExtension.Create(),
    };
}
