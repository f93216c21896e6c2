namespace EchoLstm.Serving;

/// <summary>Samples to predict, one after the other: features in X, or indices in Words where the model reads such.</summary>
internal sealed record Input(float[]? X, int[]? Words, int Samples = 1);

/// <summary>The predictions, one sample after the other.</summary>
internal sealed record Prediction(float[] Y);

/// <summary>An open stream.</summary>
internal sealed record OpenedStream(string Id, int OutputLength);

/// <summary>What the model says after a step, which was the stream's how manieth.</summary>
internal sealed record StepAnswer(float[] Y, long Step);

/// <summary>The model that answers now.</summary>
internal sealed record ModelInfo(
    string InputShape, string OutputShape, bool ReadsIndices, IReadOnlyDictionary<string, string> Metadata);
