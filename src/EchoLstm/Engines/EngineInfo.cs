namespace EchoLstm.Training;

/// <summary>Which engine runs a model, and why.</summary>
public sealed class EngineInfo
{
    internal EngineInfo(EngineKind kind, string reason)
    {
        Kind = kind;
        Reason = reason;
    }

    /// <summary>The engine: <see cref="EngineKind.Torch"/> or <see cref="EngineKind.Fused"/>.</summary>
    public EngineKind Kind { get; }

    /// <summary>Why that one, e.g. the layer that has no kernel.</summary>
    public string Reason { get; }

    /// <summary>The engine and the reason, e.g. <c>Torch: Conv1D 'conv1d_1' (Conv1D) has no fused kernel</c>.</summary>
    public override string ToString() => $"{Kind}: {Reason}";
}
