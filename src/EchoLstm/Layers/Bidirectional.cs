using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Reads a sequence in both directions with two layers and merges their outputs: Keras's <c>Bidirectional</c>. (samples, time steps,
/// features) becomes (samples, 2 · units) when outputs are concatenated, else (samples, units); with returnSequences each step has both
/// directions' outputs for that step.
/// </summary>
/// <remarks>
/// The second layer is like the first but reads the other way; its sequences are turned round before merging. It has twice the parameters.
/// Masked steps are skipped in both directions. Both layers belong to this one and are disposed with it.
/// </remarks>
public sealed class Bidirectional : Layer
{
    /// <summary>Wraps a recurrent layer.</summary>
    /// <param name="layer">The layer that reads forward; it belongs to this layer from now on. Without weights yet: not built.</param>
    /// <param name="mergeMode">How the outputs are put together; Keras's None, two separate outputs, is <see cref="CallBoth"/>.
    /// <value>Concat</value></param>
    /// <exception cref="ArgumentException">The layer is built already.</exception>
    public Bidirectional(RecurrentLayer layer, MergeMode mergeMode = MergeMode.Concat)
        : base(new BidirectionalSettings { Layer = null!, MergeMode = mergeMode })
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.IsBuilt)
        {
            throw new ArgumentException(
                $"{layer.Title} is built already, so that its backward twin could not begin like it. Wrap it before it is built or called.",
                nameof(layer));
        }
        if (!Enum.IsDefined(mergeMode))
        {
            throw new ArgumentOutOfRangeException(
                nameof(mergeMode),
                mergeMode,
                $"{mergeMode} is no way to merge: expected one of {string.Join(", ", Enum.GetNames<MergeMode>())}.");
        }
        Forward = layer;
        Backward = layer.Reversed();
        register_module("forward_layer", Forward);
        register_module("backward_layer", Backward);
    }

    /// <summary>The layer that reads as it was given, forward unless it goes backwards itself.</summary>
    public RecurrentLayer Forward { get; }

    /// <summary>Its twin, which reads the other way.</summary>
    public RecurrentLayer Backward { get; }

    /// <summary>How the outputs are put together.</summary>
    public MergeMode MergeMode => ((BidirectionalSettings)OwnSettings).MergeMode;

    private protected override LayerSettings Whole(LayerSettings own) => (BidirectionalSettings)own with
    {
        Layer = Forward.Settings,
        BackwardTrainable = Backward.Trainable,
        BackwardUsesFusedKernel = Backward is not Lstm { UsesFusedKernel: false },
    };

    internal override string? CountingFormula => Forward.CountingFormula is { } one ? $"2 * ({one})" : null;

    internal override IReadOnlyList<LayerWeight> Weights =>
    [
        .. Forward.Weights.Select(weight => weight with { Name = $"forward/{weight.Name}" }),
        .. Backward.Weights.Select(weight => weight with { Name = $"backward/{weight.Name}" }),
    ];

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        var one = Forward.OutputShape(inputShape);
        return MergeMode == MergeMode.Concat ? one.WithLast(2 * one.Last) : one;
    }

    /// <summary>Both outputs, unmerged (Keras's <c>merge_mode=None</c>).</summary>
    /// <param name="input">The input, shape (samples, time steps, features).</param>
    /// <returns>The outputs of the two layers, sequences both in the order of the input's steps; the caller's.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    public (Tensor Forward, Tensor Backward) CallBoth(Tensor input)
    {
        using var use = Guard.Read(nameof(CallBoth));
        EnsureBuilt(input);
        using var scope = NewDisposeScope();
        var (forward, backward) = Both(input);
        return (forward.MoveToOuterDisposeScope(), backward.MoveToOuterDisposeScope());
    }

    /// <summary>Says that the layer gets a node and, if wanted, begins with states; see
    /// <see cref="RecurrentLayer.ApplyWithState"/>.</summary>
    /// <param name="input">The input, (samples, time steps, features).</param>
    /// <param name="initialState">The forward layer's state before its first step, then the backward layer's: four nodes of Lstms, two of
    /// others. null: zeros.</param>
    /// <returns>The output as <see cref="Layer.Apply"/> gives it, and the states after it, forward's first.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input, or such states.</exception>
    public (Node Output, IReadOnlyList<Node> States) ApplyWithState(Node input, IReadOnlyList<Node>? initialState = null)
    {
        var nodes = ApplyAll([input, .. initialState ?? []], withStates: true);
        return (nodes[0], [.. nodes.Skip(1)]);
    }

    internal override Tensor[] CallWithStates(Tensor[] inputs)
    {
        using var use = Guard.Read("a call");
        EnsureBuilt(inputs[0]);
        using var scope = NewDisposeScope();
        var count = inputs.Length / 2;
        var forward = Forward.CallWithStates([inputs[0], .. inputs.Skip(1).Take(count)]);
        var backward = Backward.CallWithStates([inputs[0], .. inputs.Skip(1 + count)]);
        var mask = StepMasks.Of(inputs[0]);
        var output = Merged(InOrder(forward[0], backward[0], mask));
        AttachMask(output, inputs[0], mask);
        return [output.MoveToOuterDisposeScope(), .. forward.Skip(1).Concat(backward.Skip(1)).Select(one => one.MoveToOuterDisposeScope())];
    }

    internal override void CheckTensor(Tensor tensor, string name, Layer owner)
    {
        Forward.CheckTensor(tensor, name, owner);
        Backward.CheckTensor(tensor, name, owner);
    }

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => Forward.OutputMask(input, mask);

    internal override Activation? OutputActivation => MergeMode is MergeMode.Concat or MergeMode.Ave ? Forward.OutputActivation : null;

    internal override bool ReadsScale => true;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        Forward.Build(inputShape, random);
        Backward.Build(inputShape, random);
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        return Merged(Both(input)).MoveToOuterDisposeScope();
    }

    private Tensor Merged((Tensor Forward, Tensor Backward) both)
    {
        var (forward, backward) = both;
        return MergeMode switch
        {
            MergeMode.Concat => cat([forward, backward], -1),
            MergeMode.Sum => forward + backward,
            MergeMode.Mul => forward * backward,
            _ => forward.Plus(backward).Times(0.5),
        };
    }

    private (Tensor Forward, Tensor Backward) Both(Tensor input) =>
        InOrder(Forward.call(input), Backward.call(input), StepMasks.Of(input));

    private (Tensor Forward, Tensor Backward) InOrder(Tensor forward, Tensor backward, Tensor? mask)
    {
        if (!Forward.ReturnSequences)
        {
            return (forward, backward);
        }
        backward = backward.flip(1);
        if (mask is not null)
        {
            // Keras sets zero_output_for_mask on both layers.
            var used = (Forward.GoBackwards ? mask.flip(1) : mask).unsqueeze(-1).to(forward.dtype);
            (forward, backward) = (forward * used, backward * used);
        }
        return (forward, backward);
    }
}
