namespace EchoLstm.Onnx;

/// <summary>What an ONNX file of a model shall be.</summary>
/// <example><code>
/// model.ExportOnnx("model.onnx", new OnnxOptions { WithState = true });
/// </code></example>
public sealed record OnnxOptions
{
    internal const int OldestOpset = 14;

    internal const int NewestOpset = 22;

    /// <summary>
    /// Whether the states of the recurrent layers are inputs and outputs, so that a sequence may come in pieces, down to single time steps:
    /// <c>lstm_1_h_in</c> (samples, units), zeros at first, and <c>lstm_1_h_out</c>, which the next call gets. An LSTM has <c>c</c> too, a
    /// causal Conv1D the steps before as <c>conv1d_1_x_in</c>.
    /// </summary>
    /// <value>false: each call begins with zeros, as Predict does.</value>
    public bool WithState { get; init; }

    /// <summary>
    /// Whether the model has an input <c>lengths</c> (samples), whole numbers: how many of its first time steps each sample has; those
    /// behind are padding, as <c>Predict(x, lengths: ...)</c> has it.
    /// </summary>
    /// <value>false</value>
    public bool WithLengths { get; init; }

    /// <summary>The number of samples that the model takes.</summary>
    /// <value>null: any.</value>
    public int? FixedBatch { get; init; }

    /// <summary>The number of time steps that the model takes.</summary>
    /// <value>null: any, where the layers can; else that which the model was built for.</value>
    public int? FixedSteps { get; init; }

    /// <summary>The version of ONNX's set of operators, 14 to 22: an old one is read by more programs.</summary>
    /// <value>14</value>
    public int Opset { get; init; } = OldestOpset;
}
