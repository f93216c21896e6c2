using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>Which layers have kernels, told from their settings alone, and the kernels.</summary>
internal static class KernelFactory
{
    /// <summary>Why a layer has no kernel, as what follows "has no fused kernel"; null where it has one.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="predicts">Whether the model only predicts.</param>
    internal static string? Obstacle(LayerSettings layer, bool predicts) => layer switch
    {
        BidirectionalSettings both => Obstacle(both.Layer, predicts),
        LstmSettings { ReturnState: true } => " with returnState",
        LstmSettings lstm => OfActivations(lstm.Activation, lstm.RecurrentActivation),
        GruSettings gru => OfActivations(gru.Activation, gru.RecurrentActivation),
        SimpleRnnSettings plain => OfActivations(plain.Activation),
        BatchNormalizationSettings => predicts ? null : " that moves its mean and variance in training",
        TimeDistributedSettings { Layer: BatchNormalizationSettings inner } => Obstacle(inner, predicts),
        TimeDistributedSettings { Layer: var inner } when ReadsRows(inner) => null,
        TimeDistributedSettings { Layer: ModuleSettings } => " around a TorchSharp module",
        TimeDistributedSettings each => $" around {each.Layer.KerasClass}",
        EmbeddingSettings or ElementwiseSettings or ConcatenateSettings or DotSettings or AdditiveAttentionSettings => null,
        RepeatVectorSettings or MaskingSettings or FlattenSettings or ReshapeSettings => null,
        PReluSettings or SpatialDropout1DSettings or GlobalPooling1DSettings or StepEditSettings => null,
        _ => ReadsRows(layer) ? null : "",
    };

    // What does the same to every step, and draws as if steps were samples: TimeDistributed around it changes nothing.
    private static bool ReadsRows(LayerSettings layer) =>
        layer is DenseSettings or DropoutSettings or ActivationSettings or GaussianNoiseSettings or LayerNormalizationSettings
            or LeakyReluSettings or EluSettings;

    /// <summary>Makes the kernel; null where the shapes allow none.</summary>
    /// <param name="layer">A layer without an <see cref="Obstacle"/>.</param>
    /// <param name="inputs">The shapes of its inputs, of rank 2 or 3; the last axis has a length unless the input is indices.</param>
    /// <param name="output">The shape of its output, of rank 2 or 3.</param>
    /// <param name="repeats">How often a RepeatVector before it repeats its input; 0 for none.</param>
    /// <param name="withStates">Whether the inputs behind the first are states.</param>
    /// <param name="team">The threads.</param>
    internal static LayerKernel? Create<V>(
        LayerSettings layer, Shape[] inputs, Shape output, int repeats, bool withStates, WorkTeam team)
        where V : struct, ILanes<V>
    {
        if (layer is MergeSettings or AdditiveAttentionSettings || (inputs.Length > 1 && !withStates))
        {
            return CreateMerge<V>(layer, inputs, output, team);
        }
        return Create<V>(layer, inputs[0], repeats, team);
    }

    private static MergeKernel? CreateMerge<V>(LayerSettings layer, Shape[] inputs, Shape output, WorkTeam team)
        where V : struct, ILanes<V>
    {
        if (output.Last is not { } units || !Array.TrueForAll(inputs, input => input.Last is not null))
        {
            return null;
        }
        MergeInput[] read = [.. inputs.Select(input => new MergeInput(checked((int)input.Last!.Value), input.Rank == 3))];
        return layer switch
        {
            ElementwiseSettings elementwise => new ElementwiseKernel<V>(elementwise, read, checked((int)units)),
            ConcatenateSettings joined when MergeSettings.AxisOf(joined.Axis, output.Rank) == output.Rank - 1 =>
                new ConcatenateKernel<V>(read),
            ConcatenateSettings => new ConcatenateStepsKernel<V>(read),
            DotSettings dot => new DotKernel<V>(dot, read, output.Rank == 3, checked((int)units)),
            AdditiveAttentionSettings attention => new AdditiveAttentionKernel<V>(attention, read, team),
            _ => null,
        };
    }

    private static LayerKernel? Create<V>(LayerSettings layer, Shape input, int repeats, WorkTeam team)
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
            DropoutSettings dropout => new DropoutKernel<V>(dropout.Rate, onceASequence: false, features),
            SpatialDropout1DSettings dropout => new DropoutKernel<V>(dropout.Rate, onceASequence: true, features),
            GaussianNoiseSettings noise => new NoiseKernel<V>(noise, features),
            ActivationSettings activation => new ActivationKernel<V>(activation.Activation, features),
            LeakyReluSettings leaky => new ActivationKernel<V>(new(Activation.LeakyRelu, 1, (float)leaky.NegativeSlope), features),
            EluSettings elu => new ActivationKernel<V>(new(Activation.Elu, 1, (float)elu.Alpha), features),
            PReluSettings prelu => CreatePRelu<V>(prelu, input, features),
            LayerNormalizationSettings normalization => new LayerNormalizationKernel<V>(normalization, features),
            BatchNormalizationSettings normalization => new BatchNormalizationKernel<V>(normalization, features),
            GlobalPooling1DSettings => new GlobalPoolingKernel<V>(layer is GlobalMaxPooling1DSettings, features),
            StepEditSettings edit => new StepEditKernel<V>(edit, features),
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

    private static PReluKernel<V>? CreatePRelu<V>(PReluSettings prelu, Shape input, int features)
        where V : struct, ILanes<V>
    {
        var hasSteps = input.Rank == 3;
        var steps = !hasSteps || prelu.SharedAxes.Contains(1) ? 1 : input[1];
        return steps is { } rows && rows <= int.MaxValue
            ? new PReluKernel<V>(prelu, features, (int)rows, prelu.SharedAxes.Contains(hasSteps ? 2 : 1))
            : null;
    }

    /// <summary>
    /// Whether the recurrent cells can take an activation: they take it in vectors, where softmax needs the whole row, and keep the values
    /// alone, which must tell the slope.
    /// </summary>
    internal static bool CellTakes(Activation activation) =>
        activation != Activation.Softmax && !((LaneFunction)activation).NeedsInput;

    private static string? OfActivations(params ReadOnlySpan<Activation> activations)
    {
        foreach (var activation in activations)
        {
            if (!CellTakes(activation))
            {
                return $" with {activation.ToString().ToLowerInvariant()} inside";
            }
        }
        return null;
    }
}
