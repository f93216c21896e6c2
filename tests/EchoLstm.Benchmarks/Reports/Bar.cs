using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>What the fused engine shall reach at a workload.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="TimesFasterThanTorch">At least so many times faster than Torch.</param>
/// <param name="TimesC">At most so many times the time of the loops in C; null: not compared.</param>
internal sealed record Bar(Workload Workload, double TimesFasterThanTorch, double? TimesC)
{
    internal static readonly IReadOnlyList<Bar> All =
    [
        new(WorkloadList.OneToOne, 80, 2.5),
        new(WorkloadList.ManyToOne, 80, 2.5),
        new(WorkloadList.ManyToMany, 80, 2.5),
        new(WorkloadList.Echo, 8, 1.2),
        new(WorkloadList.EncoderDecoder, 2, 0.6),
        new(WorkloadList.Article, 4, 0.8),
        new(WorkloadList.Big, 1.2, 0.3),
        new(WorkloadList.Long, 1000, 1.2),
        new(WorkloadList.Stream, 30, null),
        new(WorkloadList.Predict, 30, null),
        new(WorkloadList.AutogradLstm, 3, null),
    ];

    /// <summary>Whether a step must leave nothing to the garbage collector.</summary>
    internal bool AllocatesNothing => Workload.IsFit || Workload.Kind == WorkloadKind.Stream;
}
