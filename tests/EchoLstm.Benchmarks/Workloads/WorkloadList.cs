namespace EchoLstm.Benchmarks.Workloads;

/// <summary>The workloads of the bar, small ones first.</summary>
internal static class WorkloadList
{
    internal static readonly Workload OneToOne = new("one-to-one", WorkloadKind.Last, 5, 1, 1, 5, 1, 1);
    internal static readonly Workload ManyToOne = new("many-to-one", WorkloadKind.Last, 1, 5, 1, 5, 5, 1);
    internal static readonly Workload ManyToMany = new("many-to-many", WorkloadKind.Sequence, 1, 5, 1, 5, 1, 5);
    internal static readonly Workload Echo = new("echo-7x5x100-20", WorkloadKind.Echo, 7, 5, 100, 20, 100, 5);
    internal static readonly Workload EncoderDecoder = new("encoder-decoder-21x5x100-150", WorkloadKind.EncoderDecoder, 21, 5, 100, 150, 100, 2);
    internal static readonly Workload Seq2Seq = new("seq2seq-32x20x30-64", WorkloadKind.Seq2Seq, 32, 20, 30, 64, 30, 20);
    internal static readonly Workload Article = new("article-32x64x15-32", WorkloadKind.Sequence, 32, 64, 15, 32, 8, 64);
    internal static readonly Workload Big = new("big-64x100x64-256", WorkloadKind.Sequence, 64, 100, 64, 256, 8, 100);
    internal static readonly Workload Long = new("long-1x82600x1-5", WorkloadKind.Sequence, 1, 82_600, 1, 5, 1, 82_600);
    internal static readonly Workload Stream = new("stream-1x1x1-5", WorkloadKind.Stream, 1, 1, 1, 5, 1, 1);
    internal static readonly Workload Predict = new("predict-1x5x1-5", WorkloadKind.Predict, 1, 5, 1, 5, 1, 5);
    internal static readonly Workload AutogradLstm = new("autograd-lstm-32x64x15-32", WorkloadKind.Alone, 32, 64, 15, 32, 32, 64);

    internal static readonly Workload Stream16 = new("stream-1x1x1-16", WorkloadKind.Stream, 1, 1, 1, 16, 1, 1);
    internal static readonly Workload Stream32 = new("stream-1x1x1-32", WorkloadKind.Stream, 1, 1, 1, 32, 1, 1);
    internal static readonly Workload Stream64 = new("stream-1x1x4-64", WorkloadKind.Stream, 1, 1, 4, 64, 1, 1);
    internal static readonly Workload ManyStreams = new("stream-1000x1x1-32", WorkloadKind.Stream, 1000, 1, 1, 32, 1, 1);
    internal static readonly Workload PredictEcho = new("predict-7x5x100-20", WorkloadKind.Predict, 7, 5, 100, 20, 100, 5);
    internal static readonly Workload PredictOne = new("predict-1x64x15-32", WorkloadKind.Predict, 1, 64, 15, 32, 8, 64);
    internal static readonly Workload PredictArticle = new("predict-32x64x15-32", WorkloadKind.Predict, 32, 64, 15, 32, 8, 64);
    internal static readonly Workload PredictBig = new("predict-64x100x64-256", WorkloadKind.Predict, 64, 100, 64, 256, 8, 100);
    internal static readonly Workload Train = new("train-32x50x16-64", WorkloadKind.Sequence, 32, 50, 16, 64, 8, 50);
    internal static readonly Workload Gru = Train with { Name = "gru-32x50x16-64", Layer = RecurrentForm.Gru };
    internal static readonly Workload Bidirectional = Train with { Name = "bidirectional-32x50x16-64", Layer = RecurrentForm.BidirectionalLstm };
    internal static readonly Workload Masked = Train with { Name = "masked-32x50x16-64", Layer = RecurrentForm.MaskedLstm };

    internal static readonly IReadOnlyList<Workload> All =
    [
        OneToOne, ManyToOne, ManyToMany, Echo, EncoderDecoder, Seq2Seq, Article, Train, Gru, Bidirectional, Masked, Big, Long, Stream, Stream16, Stream32,
        Stream64, ManyStreams, Predict, PredictEcho, PredictOne, PredictArticle, PredictBig, AutogradLstm,
    ];
}
