using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>Which layers have kernels, told from the layer alone: a user's module must not be run to find out.</summary>
internal static class KernelSupport
{
    /// <summary>Whether the layer has no kernel, and why.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isFirst">Whether it is the model's first layer.</param>
    /// <param name="reason">What the user reads.</param>
    internal static bool Lacks(Layer layer, bool isFirst, out string? reason)
    {
        var obstacle = layer switch
        {
            Bidirectional both => ObstacleIn(both.Forward),
            RecurrentLayer recurrent => ObstacleIn(recurrent),
            TimeDistributed { Inner: Dense or Dropout or ActivationLayer } => null,
            TimeDistributed { Inner: Layer inner } => $" around {inner.KerasClass}",
            TimeDistributed => " around a TorchSharp module",
            Embedding => isFirst ? null : " behind another layer",
            Dense or RepeatVector or Masking or Dropout or ActivationLayer or Flatten or Reshape => null,
            _ => "",
        };
        reason = obstacle is null ? null : $"{layer.Title} ({layer.KerasClass}) has no fused kernel{obstacle}";
        return obstacle is not null;
    }

    private static string? ObstacleIn(RecurrentLayer layer) => layer switch
    {
        Lstm { ReturnState: true } => " with returnState",
        Lstm lstm => OfActivations(lstm.Activation, lstm.RecurrentActivation),
        Gru gru => OfActivations(gru.Activation, gru.RecurrentActivation),
        SimpleRnn plain => OfActivations(plain.Activation),
        _ => "",
    };

    // Softmax needs the whole row, the cells take it in vectors.
    private static string? OfActivations(params ReadOnlySpan<Activation> activations) => activations.Contains(Activation.Softmax) ? " with softmax inside" : null;
}
