using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>What the fused engine shall reach at a workload.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="TimesFasterThanTorchSharp">At least so many times faster than TorchSharp alone, on a processor with AVX2 or more.</param>
/// <param name="TimesC">At most so many times the time of the loops in C; null: not compared.</param>
internal sealed record Bar(Workload Workload, double TimesFasterThanTorchSharp, double? TimesC)
{
    internal static readonly IReadOnlyList<Bar> All =
    [
        new(WorkloadList.OneToOne, 80, 2.5),
        new(WorkloadList.ManyToOne, 80, 2.5),
        new(WorkloadList.ManyToMany, 80, 2.5),
        new(WorkloadList.Echo, 8, 1.2),
        new(WorkloadList.EncoderDecoder, 2, 0.6),
        new(WorkloadList.Seq2Seq, 4, null),
        new(WorkloadList.Article, 2, 0.8),
        new(WorkloadList.Big, 1.2, 0.3),
        new(WorkloadList.Long, 10, 1.2),
        new(WorkloadList.Stream, 30, null),
        new(WorkloadList.Predict, 30, null),
        new(WorkloadList.AutogradLstm, 1.1, null),
    ];

    /// <summary>Whether a step must leave nothing to the garbage collector.</summary>
    internal bool AllocatesNothing => Workload.IsFit || Workload.Kind == WorkloadKind.Stream;
}
