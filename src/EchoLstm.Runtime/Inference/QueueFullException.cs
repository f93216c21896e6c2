namespace EchoLstm.Inference;

/// <summary>Thrown by a <see cref="BatchingPredictor"/> where as many samples wait as may: nothing is wrong with the sample, which may be
/// given again later.</summary>
/// <param name="message">How many wait, and what to do.</param>
public sealed class QueueFullException(string message) : Exception(message);
