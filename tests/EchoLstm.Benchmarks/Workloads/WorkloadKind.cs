namespace EchoLstm.Benchmarks.Workloads;

/// <summary>What a step of a workload does. Its name is also the peers' word for it.</summary>
internal enum WorkloadKind
{
    /// <summary>Trains an LSTM's last output through a dense head on mean squared error.</summary>
    Last,

    /// <summary>Trains every output through a dense head a step on mean squared error.</summary>
    Sequence,

    /// <summary>Trains the stateful echo of one-hot integers: softmax and categorical cross-entropy a step.</summary>
    Echo,

    /// <summary>Trains the stateful encoder and decoder of one-hot integers.</summary>
    EncoderDecoder,

    /// <summary>Trains an encoder whose states start a decoder that reads the target (teacher forcing), a dense head a step, on mean squared error.</summary>
    Seq2Seq,

    /// <summary>Trains a lone LSTM in a loop of the user's own.</summary>
    Alone,

    /// <summary>Reads one time step, the state going on.</summary>
    Stream,

    /// <summary>Predicts a whole sequence.</summary>
    Predict,
}
