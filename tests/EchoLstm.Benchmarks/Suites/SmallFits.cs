using BenchmarkDotNet.Attributes;
using EchoLstm.Models;

namespace EchoLstm.Benchmarks.Suites;

/// <summary>An epoch of the tutorial's three models, in fits of many epochs, so that a fit's own cost is spread.</summary>
public class SmallFits : OwnBenchmark
{
    private const int Epochs = 1000;

    /// <inheritdoc/>
    [Params("one-to-one", "many-to-one", "many-to-many")]
    public override string Workload { get; set; } = "";

    /// <summary><see cref="SequentialModel.Fit"/>.</summary>
    [Benchmark(OperationsPerInvoke = Epochs)]
    public void Epoch() => Steps(Epochs);
}
