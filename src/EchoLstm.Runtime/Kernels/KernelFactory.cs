using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>Which layers have kernels, told from their settings alone, and the kernels.</summary>
internal static class KernelFactory
{
    /// <summary>Why a layer has no kernel, as what follows "has no fused kernel"; null where it has one.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isFirst">Whether it is the model's first.</param>
    internal static string? Obstacle(LayerSettings layer, bool isFirst) => layer switch
    {
        BidirectionalSettings both => Obstacle(both.Layer, isFirst),
        LstmSettings { ReturnState: true } => " with returnState",
        LstmSettings lstm => OfActivations(lstm.Activation, lstm.RecurrentActivation),
        GruSettings gru => OfActivations(gru.Activation, gru.RecurrentActivation),
        SimpleRnnSettings plain => OfActivations(plain.Activation),
        TimeDistributedSettings { Layer: DenseSettings or DropoutSettings or ActivationSettings } => null,
        TimeDistributedSettings { Layer: ModuleSettings } => " around a TorchSharp module",
        TimeDistributedSettings each => $" around {each.Layer.KerasClass}",
        EmbeddingSettings => isFirst ? null : " behind another layer",
        DenseSettings or RepeatVectorSettings or MaskingSettings or DropoutSettings or ActivationSettings => null,
        FlattenSettings or ReshapeSettings => null,
        _ => "",
    };

    /// <summary>Makes the kernel; null where the shapes allow none.</summary>
    /// <param name="layer">A layer without an <see cref="Obstacle"/>.</param>
    /// <param name="input">The shape of its input, of rank 2 or 3; the last axis has a length unless the input is indices.</param>
    /// <param name="repeats">How often a RepeatVector before it repeats its input; 0 for none.</param>
    /// <param name="team">The threads.</param>
    internal static LayerKernel? Create<V>(LayerSettings layer, Shape input, int repeats, WorkTeam team)
        where V : struct, ILanes<V>
    {
        var features = checked((int)(input.Last ?? 1));
        return layer switch
        {
            RecurrentSettings recurrent => CreateRecurrent<V>(recurrent, features, repeats, team),
            BidirectionalSettings { Layer: RecurrentSettings forward } both => new BidirectionalKernel<V>(
                both,
                CreateRecurrent<V>(forward, features, 0, team),
                CreateRecurrent<V>(forward with { GoBackwards = !forward.GoBackwards }, features, 0, team)),
            DenseSettings dense => new DenseKernel<V>(dense, features, team),
            EmbeddingSettings embedding => new EmbeddingKernel<V>(embedding),
            TimeDistributedSettings each => Create<V>(each.Layer, input, 0, team),
            RepeatVectorSettings repeat => new RepeatVectorKernel<V>(repeat.N, features),
            MaskingSettings masking => new MaskingKernel<V>(masking, features),
            DropoutSettings dropout => new DropoutKernel<V>(dropout, features),
            ActivationSettings activation => new ActivationKernel<V>(activation, features),
            FlattenSettings or ReshapeSettings when layer.OutputShape(input, layer.Title) is { Rank: 2 or 3, Last: { } units } =>
                new ReshapeKernel<V>(features, checked((int)units)),
            _ => null,
        };
    }

    private static RecurrentKernel<V> CreateRecurrent<V>(RecurrentSettings layer, int features, int repeats, WorkTeam team)
        where V : struct, ILanes<V>
    {
        RecurrentCell<V> cell = layer switch
        {
            LstmSettings lstm => new LstmCell<V>(lstm, features),
            GruSettings gru => new GruCell<V>(gru, features),
            SimpleRnnSettings plain => new SimpleRnnCell<V>(plain, features),
            _ => throw new ArgumentException($"{layer.Title} has no kernel.", nameof(layer)),
        };
        return new RecurrentKernel<V>(cell, repeats, team);
    }

    // Softmax needs the whole row, the cells take it in vectors.
    private static string? OfActivations(params ReadOnlySpan<Activation> activations) =>
        activations.Contains(Activation.Softmax) ? " with softmax inside" : null;
}
