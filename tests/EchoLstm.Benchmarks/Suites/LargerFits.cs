using BenchmarkDotNet.Attributes;
using EchoLstm.Models;

namespace EchoLstm.Benchmarks.Suites;

/// <summary>A training step of the echoes and of the article's model.</summary>
public class LargerFits : OwnBenchmark
{
    private const int Epochs = 20;

    /// <inheritdoc/>
    [Params("echo-7x5x100-20", "encoder-decoder-21x5x100-150", "article-32x64x15-32")]
    public override string Workload { get; set; } = "";

    /// <summary><see cref="SequentialModel.Fit"/>.</summary>
    [Benchmark(OperationsPerInvoke = Epochs)]
    public void Epoch() => Steps(Epochs);
}
