using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>PyTorch, where a Python has it.</summary>
internal sealed class PyTorch : Contender
{
    // The distribution's package is for the distribution's Python, which need not be the first.
    private static readonly string[] Pythons = ["python3", "/usr/bin/python3"];
    private string? _python;

    internal override string Name => "pytorch";

    internal override int Divisor(Workload workload) => workload == WorkloadList.Long ? 20 : 1;

    internal override string? Missing()
    {
        _python = Pythons.FirstOrDefault(python => PeerProcess.Output(python, "-c", "import torch") is not null);
        return _python is null ? "no python3 has torch: apt-get install python3-torch" : null;
    }

    internal override bool Knows(Workload workload) => workload.IsOfPeers;

    internal override IRun Open(Workload workload) => new PeerProcess(_python!, [PeerScript.Path("pytorch_peer.py")], workload);
}
