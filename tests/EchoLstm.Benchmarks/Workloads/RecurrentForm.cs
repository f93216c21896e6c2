namespace EchoLstm.Benchmarks.Workloads;

/// <summary>Which recurrent layer a workload has.</summary>
internal enum RecurrentForm
{
    Lstm,
    Gru,
    BidirectionalLstm,

    /// <summary>An LSTM behind Masking, on samples of all lengths up to the longest.</summary>
    MaskedLstm,
}
