using System.CommandLine;
using EchoLstm.Samples.Readme;

namespace EchoLstm.Samples.Commands;

/// <summary>Runs the programs that README shows; a test compares them and their output with README.</summary>
internal static class ReadmeCommand
{
    private static readonly Dictionary<string, Action> Programs = new()
    {
        ["many-to-many"] = ReadmePrograms.ManyToMany,
        ["one-to-one"] = ReadmePrograms.OneToOne,
        ["many-to-one"] = ReadmePrograms.ManyToOne,
    };

    internal static Command Create()
    {
        var program = new Argument<string>("program")
        {
            Description = "The program to run.",
            DefaultValueFactory = _ => Programs.Keys.First(),
        };
        program.AcceptOnlyFromAmong([.. Programs.Keys]);
        var command = new Command("readme", "Runs a program that README shows.") { program };
        command.SetAction(parsed => Programs[parsed.GetRequiredValue(program)]());
        return command;
    }
}
