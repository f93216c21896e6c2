using System.CommandLine;

namespace EchoLstm.Samples.Streams;

/// <summary>Streams on a cluster. Without a command: <c>failover</c>.</summary>
internal static class Program
{
    private static readonly Option<int> Silos = new("--silos") { Description = "The silos.", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> Streams = new("--streams") { Description = "The streams.", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> Steps = new("--steps") { Description = "The steps of each.", DefaultValueFactory = _ => 40 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to measure.", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Persist = new("--persist")
    {
        Description = "After how many steps a state is written.",
        DefaultValueFactory = _ => 10,
    };

    private static readonly Argument<int> Port = new("port");
    private static readonly Option<int> Store = new("--store") { Description = "The store's port." };

    private static Task<int> Main(string[] args)
    {
        var failover = new Command("failover", "Kills a silo in the middle; every output must be that of one process.")
        {
            Silos, Streams, Steps, Persist,
        };
        failover.SetAction((parsed, _) => Failover.Run(
            parsed.GetValue(Silos), parsed.GetValue(Streams), parsed.GetValue(Steps), parsed.GetValue(Persist)));

        var measure = new Command("measure", "Steps a second, and memory a stream.") { Silos, Streams, Seconds, Persist };
        measure.SetAction((parsed, _) => Measure.Run(
            parsed.GetValue(Silos), parsed.GetValue(Streams), parsed.GetValue(Seconds), parsed.GetValue(Persist)));

        var silo = new Command("silo", "One silo.") { Port, Store, Persist };
        silo.SetAction((parsed, _) => Hosts.RunSilo(parsed.GetValue(Port), parsed.GetValue(Store), parsed.GetValue(Persist)));

        var store = new Command("store", "The store of states and members: Garnet.") { Port };
        store.SetAction(parsed => Hosts.RunStore(parsed.GetValue(Port)));

        var root = new RootCommand("Streams of a saved model on a cluster of silos.") { failover, measure, silo, store };
        return root.Parse(args.Length == 0 ? ["failover"] : args).InvokeAsync();
    }
}
