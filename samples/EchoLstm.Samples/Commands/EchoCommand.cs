using System.CommandLine;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;

namespace EchoLstm.Samples.Commands;

/// <summary>The command that runs one echo model.</summary>
internal static class EchoCommand
{
    internal static Command Create(EchoSample sample, EchoOptions options)
    {
        var command = new Command(sample.Name, sample.Title + ".");
        options.AddTo(command);
        command.SetAction(parsed => EchoRun.Print(sample, options.Read(parsed)));
        return command;
    }
}
