using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>What is known of the masked steps of a value.</summary>
/// <param name="Mask">What its mask was made of; null: no step is masked.</param>
/// <param name="Other">What gives something else at masked steps in Keras than here: where nobody reads them, it is the same.</param>
/// <param name="Ended">What has ended the mask in Keras, where it goes on here: where nobody asks for it, it is the same.</param>
internal sealed record MaskedSteps(string? Mask, string? Other, string? Ended = null)
{
    internal static MaskedSteps None => new(null, null);

    /// <summary>The mask of the steps of a value that are not a number.</summary>
    internal static string Unlike(string value, double number) => string.Create(CultureInfo.InvariantCulture, $"{value}!={number}");

    /// <summary>A step is there where it is there in all.</summary>
    internal static string? Both(string? one, string? other) => one is null ? other : other is null ? one
        : string.Join('&', one.Split('&').Concat(other.Split('&')).Distinct().Order(StringComparer.Ordinal));
}

/// <summary>
/// Where masked steps go in a model, and what they are there: some layers of some versions of Keras give other numbers at them than here,
/// which is refused where another layer, or the user, reads them.
/// </summary>
internal sealed class KerasMasks(IReadOnlyDictionary<LayerSettings, LayerNote> notes)
{
    /// <summary>What a layer makes of its inputs' masked steps, for each of its outputs.</summary>
    /// <exception cref="NotSupportedException">It reads steps that are something else in Keras.</exception>
    internal MaskedSteps[] Through(LayerSettings layer, IReadOnlyList<MaskedSteps> inputs, IReadOnlyList<string> values) => layer switch
    {
        SequentialSettings model => [Chain(model, inputs[0], values[0])],
        FunctionalSettings graph => Graph(graph, inputs, $"{values[0]}/{graph.Name}"),
        AttentionLayerSettings => [Attended(layer, inputs)],
        DotSettings => [new(null, ReadBy(layer, inputs))],
        _ => [One(layer, Merged(inputs), values[0])],
    };

    // No step looks at a masked one of a value, but that which is masked itself: in heads it gets the mean of all.
    private MaskedSteps Attended(LayerSettings layer, IReadOnlyList<MaskedSteps> inputs)
    {
        RefuseEnded(layer, Merged(inputs));
        return new(inputs[0].Mask, layer is MultiHeadAttentionSettings && inputs[0].Mask is not null ? Merged(inputs).Other : null);
    }

    private void RefuseEnded(LayerSettings layer, MaskedSteps input)
    {
        if (input is { Mask: not null, Ended: { } ended })
        {
            throw Part(layer).Unread($"it gets a mask here, and {ended}");
        }
    }

    private KerasPart Part(LayerSettings layer) =>
        (notes.GetValueOrDefault(layer) ?? throw new InvalidDataException($"{layer.Title} was not read.")).Part;

    private MaskedSteps One(LayerSettings layer, MaskedSteps input, string value)
    {
        if (layer is RecurrentSettings or BidirectionalSettings or GlobalPooling1DSettings or MaskingSettings)
        {
            RefuseEnded(layer, input);
        }
        var ended = input.Mask is null ? null : input.Ended ?? notes.GetValueOrDefault(layer)?.EndsMask;
        var other = input.Other ?? (input.Mask is null ? null : notes.GetValueOrDefault(layer)?.OtherAtMasked);
        switch (layer)
        {
            case MaskingSettings masking:
                return new(MaskedSteps.Both(input.Mask, MaskedSteps.Unlike(value, masking.MaskValue)), other);
            case EmbeddingSettings { MaskZero: true }:
                return new(MaskedSteps.Both(input.Mask, MaskedSteps.Unlike(value, 0)), other);
            case RecurrentSettings { ReturnSequences: false }
                or BidirectionalSettings { Layer: RecurrentSettings { ReturnSequences: false } }
                or GlobalPooling1DSettings:
                return MaskedSteps.None;
            case TimeDistributedSettings wrapper:
                return new(input.Mask, other ?? Through(wrapper.Layer, [input], [value])[0].Other, ended);
            // These compute a step from that step, or skip those that are masked.
            case RecurrentSettings or BidirectionalSettings or DropoutSettings or SpatialDropout1DSettings or GaussianNoiseSettings
                or DenseSettings or ActivationSettings or LayerNormalizationSettings or BatchNormalizationSettings or LeakyReluSettings
                or EluSettings or PReluSettings or ConcatenateSettings or ElementwiseSettings:
                return new(input.Mask, other, ended);
            default:
                return new(input.Mask, ReadBy(layer, [input]));
        }
    }

    // Throws where there is something to read.
    private string? ReadBy(LayerSettings layer, IReadOnlyList<MaskedSteps> inputs) =>
        inputs.Select(input => input.Other).FirstOrDefault(other => other is not null) is not { } other ? null
            : throw Part(layer).Unread($"it reads masked steps: {other}");

    private static MaskedSteps Merged(IReadOnlyList<MaskedSteps> inputs) => inputs.Aggregate(
        (one, next) => new(MaskedSteps.Both(one.Mask, next.Mask), one.Other ?? next.Other, one.Ended ?? next.Ended));

    private MaskedSteps Chain(SequentialSettings model, MaskedSteps input, string value)
    {
        var steps = input;
        foreach (var (layer, i) in model.Layers.Select((layer, i) => (layer, i)))
        {
            steps = Through(layer, [steps], [i == 0 ? value : $"{value}/{model.Layers[i - 1].Name}"])[0];
        }
        return steps;
    }

    private MaskedSteps[] Graph(FunctionalSettings graph, IReadOnlyList<MaskedSteps> inputs, string name)
    {
        List<MaskedSteps> steps = [.. inputs];
        foreach (var call in graph.Calls)
        {
            AddCall(steps, graph.Layers[call.Layer], call, [.. call.Inputs.Select(place => $"{name}/{place}")]);
        }
        return [.. graph.Outputs.Select(place => steps[place])];
    }

    /// <summary>Adds what a call in a graph makes to what is known of the values before it.</summary>
    internal void AddCall(List<MaskedSteps> steps, LayerSettings layer, CallSettings call, IReadOnlyList<string> names)
    {
        steps.AddRange(Through(layer, [.. (call.WithStates ? call.Inputs.Take(1) : call.Inputs).Select(place => steps[place])], names));
        // A state has no steps.
        steps.AddRange(Enumerable.Repeat(MaskedSteps.None, call.WithStates ? layer.StateUnits.Count : 0));
    }
}

/// <summary>What of a layer in a file its settings do not say.</summary>
/// <param name="Part">Where it is.</param>
/// <param name="OtherAtMasked">What it gives at masked steps where that is something else here; null: the same.</param>
/// <param name="EndsMask">That a mask ends at it in Keras, which goes on here; null: it does not.</param>
/// <param name="ReturnsState">Whether it gives its states too.</param>
/// <param name="Calls">How many calls of layers it is: a model in it counts as often as it is called.</param>
internal sealed record LayerNote(KerasPart Part, string? OtherAtMasked, string? EndsMask, bool ReturnsState, long Calls);
