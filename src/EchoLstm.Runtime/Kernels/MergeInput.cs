namespace EchoLstm.Kernels;

/// <summary>What a merging kernel knows of an input from the start.</summary>
/// <param name="Width">Numbers of a row.</param>
/// <param name="HasSteps">Whether it has time steps.</param>
internal readonly record struct MergeInput(int Width, bool HasSteps);
