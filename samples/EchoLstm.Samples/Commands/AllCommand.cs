using System.CommandLine;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;

namespace EchoLstm.Samples.Commands;

/// <summary>The three models one after another.</summary>
internal static class AllCommand
{
    internal static IReadOnlyList<EchoSample> Samples { get; } = [OneToOneCommand.Sample, ManyToOneCommand.Sample, ManyToManyCommand.Sample];

    internal static Command Create(EchoOptions options)
    {
        var command = new Command("all", "The three models one after another.");
        options.AddTo(command);
        command.SetAction(Run(options));
        return command;
    }

    internal static Action<ParseResult> Run(EchoOptions options) => parsed =>
    {
        var settings = options.Read(parsed);
        for (var i = 0; i < Samples.Count; i++)
        {
            if (i > 0)
            {
                Console.WriteLine();
                Console.WriteLine();
            }
            EchoRun.Print(Samples[i], settings);
        }
    };
}
