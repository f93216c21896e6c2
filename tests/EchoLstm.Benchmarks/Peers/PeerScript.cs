namespace EchoLstm.Benchmarks.Peers;

/// <summary>Where the peers' sources are: beside the program.</summary>
internal static class PeerScript
{
    internal static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Peers", name);
}
