using System.CommandLine;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Rounds;

namespace EchoLstm.Samples.Extensions;

/// <summary>A command that trains contenders and prints a table of them.</summary>
internal static class ComparisonCommand
{
    internal static Command Create(string name, string title, string duration, int rounds, string remark, Func<int, IEnumerable<Contender>> contenders)
    {
        var options = new RoundOptions(rounds, "How many sequences to train on at most.", isShown: false);
        var command = new Command(name, $"{title} ({duration}).");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var settings = options.Read(parsed);
            Comparison.Print(title, remark, settings, contenders(settings.Seed));
        });
        return command;
    }
}
