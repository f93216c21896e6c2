using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>The plain loops in C, on one core: compiled for this machine when they are first needed.</summary>
internal sealed class CLoops : Contender
{
    internal const string Engine = "c";

    private readonly string _folder = Directory.CreateTempSubdirectory("echolstm-loops-").FullName;
    private string? _program;

    internal override string Name => Engine;

    internal override string? Missing()
    {
        var program = Path.Combine(_folder, "loops");
        if (PeerProcess.Output("cc", "-Ofast", "-march=native", "-o", program, PeerScript.Path("loops.c"), "-lm") is null)
        {
            return "no C compiler: cc is missing or failed; apt-get install gcc brings one";
        }
        _program = program;
        return null;
    }

    internal override IRun Open(Workload workload) => new PeerProcess(_program!, [], workload) { Bytes = 0 };

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
