using BenchmarkDotNet.Attributes;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Suites;

/// <summary>A workload on one of the library's engines, held ready for BenchmarkDotNet.</summary>
[MemoryDiagnoser]
public abstract class OwnBenchmark
{
    private IRun? _run;

    /// <summary>The engine.</summary>
    [Params(EngineKind.Fused, EngineKind.Torch)]
    public EngineKind Engine { get; set; }

    /// <summary>The name of the workload.</summary>
    public abstract string Workload { get; set; }

    /// <summary>Builds the model and its data.</summary>
    [GlobalSetup]
    public void Open() => _run = new OwnEngine(Workload, Engine).Open(WorkloadList.All.Single(workload => workload.Name == Workload));

    /// <summary>Disposes them.</summary>
    [GlobalCleanup]
    public void Close() => _run!.Dispose();

    /// <summary>Runs so many steps.</summary>
    protected void Steps(int count) => _run!.Run(count);
}
