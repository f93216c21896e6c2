using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>The plain loops in C, on one core: compiled for this machine when they are first needed.</summary>
internal sealed class CLoops : Contender
{
    internal const string Engine = "c";

    private static readonly string[] Flags = ["-Ofast", "-march=native"];

    private readonly string _folder = Directory.CreateTempSubdirectory("echolstm-loops-").FullName;
    private string? _program;

    internal override string Name => Engine;

    internal override string? Missing()
    {
        var program = Path.Combine(_folder, "loops");
        if (!Compiles("loops.c", program))
        {
            return "no C compiler: cc is missing or failed; apt-get install gcc brings one";
        }
        _program = program;
        return null;
    }

    internal override bool Knows(Workload workload) => workload.IsOfPeers;

    internal override IRun Open(Workload workload) =>
        new PeerProcess(workload is { Kind: WorkloadKind.Stream, Batch: 1 } ? StreamProgram(workload) : _program!, [], workload) { Bytes = 0 };

    // The sizes of one stream are the compiler's.
    private string StreamProgram(Workload workload)
    {
        var program = Path.Combine(_folder, workload.Name);
        return Compiles("stream.c", program, $"-DFEATURES={workload.Features}", $"-DUNITS={workload.Units}", $"-DOUTPUTS={workload.Outputs}")
            ? program
            : throw new InvalidOperationException("cc did not compile stream.c");
    }

    private static bool Compiles(string source, string program, params string[] definitions) =>
        PeerProcess.Output("cc", [.. Flags, .. definitions, "-o", program, PeerScript.Path(source), "-lm"]) is not null;

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
