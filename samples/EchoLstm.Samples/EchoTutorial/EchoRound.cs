namespace EchoLstm.Samples;

/// <summary>A new sequence as one round of training takes it.</summary>
/// <param name="X">The windows.</param>
/// <param name="Y">Their targets.</param>
/// <param name="Expected">The integers that the targets stand for, (windows, steps); negative where one is missing.</param>
/// <param name="Weights">How much each step counts in the loss, (windows, steps); null: 1.</param>
internal sealed record EchoRound(Array X, Array Y, int[,] Expected, float[,]? Weights = null);
