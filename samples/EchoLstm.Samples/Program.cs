using System.CommandLine;
using System.CommandLine.Invocation;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Commands;
using EchoLstm.Samples.Extensions;

namespace EchoLstm.Samples;

/// <summary>The tutorials' models as a program. Its exit code is 0, 1 when a run failed, 2 when the command line was wrong, or 130 after Ctrl-C.</summary>
internal static class Program
{
    private const int RunFailed = 1;
    private const int WrongCommandLine = 2;
    private const int Interrupted = 130;

    internal static int Main(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction wrong)
        {
            wrong.ShowHelp = false;
            parsed.Invoke(new InvocationConfiguration { Output = Console.Error });
            Console.Error.WriteLine("Add --help to see the commands and options.");
            return WrongCommandLine;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine(ErrorLine.Of(failure));
            return RunFailed;
        }
    }

    private static RootCommand Root()
    {
        // The root runs what `all` runs, and shares its options, so that they count on either side of a command's name.
        var options = new EchoOptions();
        var root = new RootCommand("The tutorial's LSTM models: each is built, summed up, trained, and echoes its sequence. Without a command: all.");
        options.AddTo(root);
        root.SetAction(AllCommand.Run(options));
        root.Subcommands.Add(OneToOneCommand.Create(options));
        root.Subcommands.Add(ManyToOneCommand.Create(options));
        root.Subcommands.Add(ManyToManyCommand.Create(options));
        root.Subcommands.Add(AllCommand.Create(options));
        root.Subcommands.Add(RatesCommand.Create(options));
        root.Subcommands.Add(SequenceEchoCommand.Create());
        root.Subcommands.Add(PartialEchoCommand.Create());
        root.Subcommands.Add(ExtensionCommand.Create());
        root.Subcommands.Add(AttentionCommand.Create());
        root.Subcommands.Add(StatefulCommand.Create());
        root.Subcommands.Add(LengthsCommand.Create());
        root.Subcommands.Add(OneToManyCommand.Create());
        root.Subcommands.Add(NextStepCommand.Create());
        root.Subcommands.Add(ArticleCommand.Create());
        root.Subcommands.Add(FramesCommand.Create());
        root.Subcommands.Add(SunspotsCommand.Create());
        root.Subcommands.Add(MultiplesCommand.Create());
        root.Subcommands.Add(QuestionsCommand.Create());
        root.Subcommands.Add(ReadmeCommand.Create());
        foreach (var command in root.Subcommands.SelectMany(command => command.Subcommands.Prepend(command)))
        {
            RefuseOptionsOfOthers(command, root);
        }
        return root;
    }

    /// <summary>The root takes its options before any command's name; without this, one that the command does not have would go unheard.</summary>
    private static void RefuseOptionsOfOthers(Command command, RootCommand root) => command.Validators.Add(result =>
    {
        foreach (var option in root.Options.Except(command.Options))
        {
            if (result.GetResult(option) is { Implicit: false })
            {
                result.AddError($"{option.Name} {(command.Options.Any(own => own.Name == option.Name) ? "goes after" : "does not go with")} {command.Name}.");
            }
        }
    });
}
