using System.CommandLine;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>The options of <c>peers</c>.</summary>
internal sealed class PeersOptions
{
    private const int FewestRounds = 1;

    internal Option<FileInfo?> Json { get; } = new("--json") { Description = "A file for the results, as a JSON list." };

    internal Option<string[]> Only { get; } = Names("--only", $"The workloads to run, by comma; all by default: {string.Join(", ", WorkloadList.All.Select(workload => workload.Name))}.", [.. WorkloadList.All.Select(workload => workload.Name)]);

    internal Option<string[]> Engines { get; } = Names("--engines", $"The engines to run, by comma; all that are there by default: {string.Join(", ", PeersCommand.EngineNames)}.", PeersCommand.EngineNames);

    internal Option<int> Rounds { get; } = new("--rounds") { Description = "How often each engine is timed; the medians count.", DefaultValueFactory = _ => 5 };

    internal Option<bool> InstallPeers { get; } = new("--install-peers") { Description = "Install @tensorflow/tfjs by npm into the user's cache first." };

    internal void AddTo(Command command)
    {
        Rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < FewestRounds)
            {
                result.AddError($"--rounds is at least {FewestRounds}.");
            }
        });
        foreach (var option in new Option[] { Json, Only, Engines, Rounds, InstallPeers })
        {
            command.Options.Add(option);
        }
    }

    private static Option<string[]> Names(string name, string description, IReadOnlyList<string> known)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            CustomParser = result => result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray(),
        };
        option.Validators.Add(result =>
        {
            foreach (var wrong in (result.GetValueOrDefault<string[]>() ?? []).Except(known))
            {
                result.AddError($"{name} knows no '{wrong}', only {string.Join(", ", known)}.");
            }
        });
        return option;
    }
}
