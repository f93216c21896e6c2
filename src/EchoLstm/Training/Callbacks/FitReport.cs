namespace EchoLstm.Training;

/// <summary>
/// How far a fit was at a moment; what <c>Fit</c> gives its <see cref="IProgress{T}"/>, ten times a second at most, and once at the end.
/// </summary>
/// <param name="Epoch">The epoch, counted from 0.</param>
/// <param name="Epochs">The number of the epoch after the last.</param>
/// <param name="BatchesDone">How many batches of the epoch were done.</param>
/// <param name="Batches">How many batches an epoch has.</param>
/// <param name="Figures">The metrics by name, <c>loss</c> first: of the epoch at its end, of its batches so far before.</param>
public sealed record FitReport(int Epoch, int Epochs, int BatchesDone, int Batches, IReadOnlyDictionary<string, double> Figures);
