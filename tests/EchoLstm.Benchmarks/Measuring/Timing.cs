using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Measuring;

/// <summary>What an engine needed for a step of a workload, over the rounds.</summary>
internal sealed record Timing(Workload Workload, string Engine, IReadOnlyList<double> Rounds, double? AllocatedBytes, string? Note)
{
    internal double Microseconds { get; } = Median(Rounds);

    internal double Fastest => Rounds.Min();

    internal double Slowest => Rounds.Max();

    internal static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
