namespace EchoLstm.Samples.Rounds;

/// <summary>What a training of many rounds ended with.</summary>
/// <param name="Figures">The last round's loss and metrics, measured before its updates on a sequence that was new to the model.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record RoundOutcome(IReadOnlyDictionary<string, double> Figures, TimeSpan Duration);
