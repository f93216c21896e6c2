using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>What the fused engine shall reach at a workload.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="TimesFasterThanTorchSharp">At least so many times faster than TorchSharp alone, on a processor with AVX2 or more; null: not compared.</param>
/// <param name="TimesC">At most so many times the time of the loops in C; null: not compared.</param>
/// <param name="TimesFasterThanOnnxRuntime">At least so many times faster than ONNX Runtime; null: not compared.</param>
internal sealed record Bar(Workload Workload, double? TimesFasterThanTorchSharp, double? TimesC, double? TimesFasterThanOnnxRuntime = null)
{
    internal static readonly IReadOnlyList<Bar> All =
    [
        new(WorkloadList.OneToOne, 80, 2.5),
        new(WorkloadList.ManyToOne, 80, 2.5),
        new(WorkloadList.ManyToMany, 80, 2.5),
        new(WorkloadList.Echo, 20, 1.2),
        new(WorkloadList.EncoderDecoder, 2, 0.6),
        new(WorkloadList.Seq2Seq, 4, null),
        new(WorkloadList.Article, 8, 0.8),
        new(WorkloadList.Train, 6, null),
        new(WorkloadList.Gru, 4, null),
        new(WorkloadList.Bidirectional, 4, null),
        new(WorkloadList.Masked, 4, null),
        new(WorkloadList.Big, 2.2, 0.3),
        new(WorkloadList.Long, 10, 1.2),
        new(WorkloadList.Stream, 30, 1.5),
        new(WorkloadList.Stream16, null, 1.6),
        new(WorkloadList.Stream32, null, 1.6),
        new(WorkloadList.Stream64, null, 1.6),
        new(WorkloadList.Predict, 30, null, 6),
        new(WorkloadList.PredictEcho, null, null, 2),
        new(WorkloadList.PredictOne, null, null, 2.5),
        new(WorkloadList.PredictArticle, null, null, 2),
        new(WorkloadList.PredictBig, null, null, 1),
        new(WorkloadList.AutogradLstm, 3.5, null),
    ];

    /// <summary>Whether a step must leave nothing to the garbage collector.</summary>
    internal bool AllocatesNothing => Workload.IsFit || Workload.Kind == WorkloadKind.Stream;
}
