namespace EchoLstm.Training;

/// <summary>Which engine runs a model, and why.</summary>
/// <param name="Kind">The engine: <see cref="EngineKind.Torch"/> or <see cref="EngineKind.Fused"/>.</param>
/// <param name="Reason">Why that one, e.g. the layer that has no kernel.</param>
public sealed record EngineInfo(EngineKind Kind, string Reason)
{
    /// <summary>The engine and the reason, e.g. <c>Torch: gru_1 (GRU) has no fused kernel</c>.</summary>
    public override string ToString() => $"{Kind}: {Reason}";
}
