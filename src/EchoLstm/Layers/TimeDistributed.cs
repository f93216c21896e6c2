using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>
/// Applies a module to every time step with the same weights: Keras's <c>TimeDistributed</c>. It folds the time axis into the
/// samples axis, applies the module once, and unfolds: (samples, time steps, ...) is (samples · time steps, ...) for the module.
/// </summary>
/// <remarks>
/// Any layer, TorchSharp module or whole model may be inside: a Conv1d reads (samples, time steps, channels, length), a Conv2d
/// (samples, time steps, channels, height, width), an Lstm (samples, time steps, inner steps, features). <c>Dense</c> works on the last
/// axis anyway, so that on 3-D input <c>TimeDistributed(Dense)</c> and <c>Dense</c> are the same function with as many weights.
/// The module inside belongs to this layer and is disposed with it.
/// </remarks>
public sealed class TimeDistributed : Layer
{
    private readonly Layer _inner;

    /// <summary>Wraps a layer, a model or any TorchSharp module.</summary>
    /// <param name="inner">What to apply to each time step; it belongs to this layer from now on.</param>
    /// <exception cref="ArgumentException">It has too many layers inside each other.</exception>
    public TimeDistributed(nn.Module<Tensor, Tensor> inner)
        : base(new TimeDistributedSettings { Layer = null! })
    {
        ArgumentNullException.ThrowIfNull(inner);
        Nesting.Check(inner, Title, nameof(inner));
        Inner = inner;
        _inner = inner as Layer ?? new ModuleLayer(inner);
        register_module("layer", _inner);
    }

    /// <summary>The module that is applied to each time step.</summary>
    public nn.Module<Tensor, Tensor> Inner { get; }

    /// <summary>It as a layer.</summary>
    internal Layer InnerLayer => _inner;

    private protected override LayerSettings Whole(LayerSettings own) => (TimeDistributedSettings)own with { Layer = _inner.Settings };

    internal override string? CountingFormula => _inner.CountingFormula;

    internal override IReadOnlyList<LayerWeight> Weights => _inner.Weights;

    internal override IReadOnlyList<LayerWeight> StoredWeights => _inner.StoredWeights;

    internal override void CheckTensor(Tensor tensor, string name, Layer owner) => _inner.CheckTensor(tensor, name, owner);

    internal override Embedding? IndexReader => _inner.IndexReader;

    internal override bool? EndsIn(Activation activation) => _inner.EndsIn(activation);

    internal override Activation? OutputActivation => _inner.OutputActivation;

    internal override bool ReadsScale => _inner.ReadsScale;

    internal override Tensor? FirstMask(Tensor input)
    {
        var shape = input.shape;
        return _inner.FirstMask(input.reshape([shape[0] * shape[1], .. shape[2..]])) is { } mask
            ? mask.reshape([shape[0], shape[1], .. mask.shape[1..]])
            : null;
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        TimeDistributedSettings.CheckRank(inputShape, Title);
        var ofStep = _inner.OutputShape(TimeDistributedSettings.StepShape(inputShape));
        return new Shape([inputShape[0], inputShape[1], .. ofStep.Skip(1)]);
    }

    // A layer inside that can stream is a function of each step alone, unless it has a state of its own.
    internal override bool CanStream => _inner.CanStream && _inner is not RecurrentLayer;

    internal override (Tensor Output, Tensor[] State) StreamStep(Tensor input, Tensor[] state) => _inner.StreamStep(input, state);

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) =>
        _inner.Build(TimeDistributedSettings.StepShape(inputShape), random);

    // The module inside checks the rest.
    private protected override void CheckInput(Shape inputShape) => TimeDistributedSettings.CheckRank(inputShape, Title);

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        var shape = input.shape; // (samples, time steps, ...)
        using var folded = input.reshape([shape[0] * shape[1], .. shape[2..]]);
        using var output = _inner.call(folded); // (samples * time steps, ...)
        return output.reshape([shape[0], shape[1], .. output.shape[1..]]);
    }
}
