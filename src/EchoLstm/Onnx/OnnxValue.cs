namespace EchoLstm.Onnx;

/// <summary>What is between two layers.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Shape">Its shape as far as it is known.</param>
/// <param name="Mask">Which of its steps are there; null: all.</param>
/// <param name="IsInteger">Whether it has whole numbers, which only an Embedding reads.</param>
internal sealed record OnnxValue(string Name, Shape Shape, OnnxMask? Mask, bool IsInteger = false);

/// <summary>Which time steps are there: booleans of (samples, time steps) or (samples, time steps, inner steps).</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Rank">How many axes it has.</param>
/// <param name="EndsBehind">Whether it is known that the steps that are there come first.</param>
internal sealed record OnnxMask(string Name, int Rank, bool EndsBehind = false);
