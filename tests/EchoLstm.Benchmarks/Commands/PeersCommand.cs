using System.CommandLine;
using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Peers;
using EchoLstm.Benchmarks.Reports;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Times every engine at the same work, in one go.</summary>
internal static class PeersCommand
{
    internal static readonly IReadOnlyList<string> EngineNames =
        [
            OwnEngine.Fused, OwnEngine.FusedTensors, OwnEngine.FusedArrays, TorchSharpPeer.Engine, OwnEngine.Torch, OnnxRuntimePeer.Engine, CLoops.Engine, "pytorch",
            "tfjs",
        ];

    internal static Command Create()
    {
        var command = new Command(
            "peers",
            "Times the fused engine, TorchSharp alone, the Torch engine, ONNX Runtime, plain C loops, PyTorch and TensorFlow.js at the same work.");
        var options = new PeersOptions();
        options.AddTo(command);
        command.SetAction(parsed => Run(
            [.. WorkloadList.All.Where(workload => Names(parsed.GetValue(options.Only), workload.Name))],
            [.. EngineNames.Where(engine => Names(parsed.GetValue(options.Engines), engine))],
            parsed.GetValue(options.Rounds),
            parsed.GetValue(options.InstallPeers),
            parsed.GetValue(options.Json)));
        return command;
    }

    private static bool Names(string[]? given, string name) => given is not { Length: > 0 } || given.Contains(name);

    private static void Run(IReadOnlyList<Workload> workloads, IReadOnlyList<string> engines, int rounds, bool installs, FileInfo? json)
    {
        if (installs)
        {
            TensorFlowJs.Install();
        }
        Contender[] all =
        [
            new OwnEngine(OwnEngine.Fused, EngineKind.Auto), new OwnEngine(OwnEngine.FusedTensors, EngineKind.Auto, CallForm.Tensors),
            new OwnEngine(OwnEngine.FusedArrays, EngineKind.Auto, CallForm.Arrays), new TorchSharpPeer(), new OwnEngine(OwnEngine.Torch, EngineKind.Torch),
            new OnnxRuntimePeer(), new CLoops(), new PyTorch(), new TensorFlowJs(),
        ];
        try
        {
            var contenders = all.Where(contender => engines.Contains(contender.Name) && IsThere(contender)).ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {torch.get_num_threads()} Torch threads, .NET {Environment.Version}; medians of {rounds} rounds, engines in turn; µs a step"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"One core's peak of multiply-adds: {FmaPeak.GigaFlops():F0} GFLOP/s"));
            Console.WriteLine(PeerTable.Header);
            var timings = new List<Timing>();
            foreach (var workload in workloads)
            {
                var results = Race.Run(
                    workload,
                    contenders,
                    rounds,
                    (contender, failure) => Console.WriteLine($"{workload.Name}: {contender.Name} failed: {failure.Message}"));
                PeerTable.Write(results);
                timings.AddRange(results);
            }
            BarTable.Write(timings);
            MarkdownTable.Write(timings);
            if (json is not null)
            {
                JsonReport.Write(json, timings);
            }
        }
        finally
        {
            foreach (var contender in all)
            {
                contender.Dispose();
            }
        }
    }

    private static bool IsThere(Contender contender)
    {
        var missing = contender.Missing();
        if (missing is not null)
        {
            Console.WriteLine($"{contender.Name} is left out: {missing}.");
        }
        return missing is null;
    }
}
