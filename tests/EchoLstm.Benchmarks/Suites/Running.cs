using BenchmarkDotNet.Attributes;
using EchoLstm.Models;

namespace EchoLstm.Benchmarks.Suites;

/// <summary>A step of a stream, and a prediction.</summary>
public class Running : OwnBenchmark
{
    private const int Calls = 100;

    /// <inheritdoc/>
    [Params("stream-1x1x1-5", "predict-1x5x1-5")]
    public override string Workload { get; set; } = "";

    /// <summary><see cref="ModelStepper.Step(ReadOnlySpan{float})"/> or <see cref="SequentialModel.Predict(TensorLike, int?, bool)"/>.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void Call() => Steps(Calls);
}
