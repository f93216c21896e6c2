using System.Diagnostics;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>TensorFlow.js in Node.js, where its package was installed by <c>--install-peers</c> or is named by the environment.</summary>
internal sealed class TensorFlowJs : Contender
{
    private const string Package = "@tensorflow/tfjs@4.22.0";
    private const string FolderVariable = "ECHOLSTM_TFJS";

    private static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "echolstm-benchmarks", "tfjs");

    private static string Modules => Path.Combine(Folder, "node_modules");

    internal override string Name => "tfjs";

    internal override double WarmUpSeconds => 0.6;

    internal override int Divisor(Workload workload) => workload == WorkloadList.Long ? 200 : workload == WorkloadList.Big ? 20 : 1;

    internal override string? Missing()
    {
        if (PeerProcess.Output("node", "--version") is null)
        {
            return "there is no node: install Node.js";
        }
        return Directory.Exists(Path.Combine(Modules, "@tensorflow", "tfjs")) ? null : $"no @tensorflow/tfjs in {Folder}: run with --install-peers, or set {FolderVariable} to the folder where npm installed it";
    }

    internal override bool Knows(Workload workload) => workload.IsOfPeers;

    internal override IRun Open(Workload workload) => new PeerProcess("node", [PeerScript.Path("tfjs_peer.cjs")], workload, ("NODE_PATH", Modules));

    /// <summary>Installs the package into the user's cache.</summary>
    internal static void Install()
    {
        Directory.CreateDirectory(Folder);
        using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--prefix", Folder, Package]))!;
        npm.WaitForExit();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm could not install {Package} into {Folder}: it ended with {npm.ExitCode}.");
        }
    }
}
