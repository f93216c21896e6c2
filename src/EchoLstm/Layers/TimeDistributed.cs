namespace EchoLstm.Layers;

/// <summary>
/// Applies a module to every time step with the same weights: Keras's <c>TimeDistributed</c>. It folds the time axis into the
/// samples axis, applies the module once, and unfolds: (samples, time steps, ...) is (samples · time steps, ...) for the module.
/// </summary>
/// <remarks>
/// Any layer, TorchSharp module or whole model may be inside: a Conv1d reads (samples, time steps, channels, length), a Conv2d
/// (samples, time steps, channels, height, width), an Lstm (samples, time steps, inner steps, features). <c>Dense</c> works on the last
/// axis anyway, so that on 3-D input <c>TimeDistributed(Dense)</c> and <c>Dense</c> are the same function with as many weights.
/// The module inside belongs to this layer and is disposed with it. A mask of inner steps, (samples, time steps, inner steps), goes to the
/// module inside as each step's part. Behind a module that ends it, a step is there where any of its inner steps was.
/// </remarks>
public sealed class TimeDistributed : Layer
{
    private readonly Layer _inner;

    /// <summary>Wraps a layer, a model or any TorchSharp module.</summary>
    /// <param name="inner">What to apply to each time step; it belongs to this layer from now on.</param>
    /// <exception cref="ArgumentException">It has too many layers inside each other, or a stateful one, or is a model with
    /// several inputs or outputs.</exception>
    public TimeDistributed(nn.Module<Tensor, Tensor> inner)
        : base(new TimeDistributedSettings { Layer = null! })
    {
        ArgumentNullException.ThrowIfNull(inner);
        Nesting.Check(inner, Title, nameof(inner));
        (inner as Layer)?.CheckAlone(Title, nameof(inner));
        if (StatefulIn(inner) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(inner));
        }
        Inner = inner;
        _inner = inner as Layer ?? new ModuleLayer(inner);
        register_module("layer", _inner);
    }

    /// <summary>The module that is applied to each time step.</summary>
    public nn.Module<Tensor, Tensor> Inner { get; }

    internal Layer InnerLayer => _inner;

    private protected override LayerSettings Whole(LayerSettings own) => (TimeDistributedSettings)own with { Layer = _inner.Settings };

    internal override string? CountingFormula => _inner.CountingFormula;

    internal override IReadOnlyList<LayerWeight> Weights => _inner.Weights;

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
        TimeDistributedSettings.CheckReads(inputShape, _inner.Settings, _inner.Title, Title);
        var ofStep = _inner.OutputShape(TimeDistributedSettings.StepShape(inputShape));
        return new Shape([inputShape[0], inputShape[1], .. ofStep.Skip(1)]);
    }

    // A model inside may have been given layers since.
    internal override void CheckWeights(ref Layer? before)
    {
        if (StatefulIn(Inner) is { } obstacle)
        {
            throw new InvalidOperationException(obstacle);
        }
        base.CheckWeights(ref before);
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        if (StatefulIn(Inner) is { } obstacle)
        {
            throw new InvalidOperationException(obstacle);
        }
        // Any number of them: a stream has one step at a time.
        _inner.Build(TimeDistributedSettings.StepShape(inputShape).With(0, null), random);
    }

    // All steps are one batch, so that the state of a step would go on in the same step of the next batch.
    private string? StatefulIn(nn.Module inner) =>
        Nesting.AllOf(inner).OfType<IStateful>().FirstOrDefault(layer => layer.Stateful) is { } stateful
            ? $"{Title} can't hold {stateful.Title}, which is stateful: all time steps are one batch for it, so that its state would not "
                + "go from step to step. Leave out stateful: true inside; to remember from step to step, put a recurrent layer behind the "
                + "TimeDistributed."
            : null;

    // The module inside checks the rest.
    private protected override void CheckInput(Shape inputShape) => TimeDistributedSettings.CheckRank(inputShape, Title);

    // The mask of the output depends on what the module inside does with its part: Compute attaches it.
    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape; // (samples, time steps, ...)
        var folded = input.reshape([shape[0] * shape[1], .. shape[2..]]);
        if (mask?.dim() > 2)
        {
            StepMasks.Attach(folded, mask.reshape([shape[0] * shape[1], .. mask.shape[2..]]));
        }
        var samples = StepMasks.SamplesOf(input)?.unsqueeze(1).expand(shape[0], shape[1]);
        if (mask is not null || samples is not null)
        {
            var there = mask is null ? samples! : StepMasks.OfSteps(mask);
            StepMasks.AttachSamples(folded, (samples is null ? there : there.logical_and(samples)).flatten());
        }
        var output = _inner.call(folded); // (samples * time steps, ...)
        var unfolded = output.reshape([shape[0], shape[1], .. output.shape[1..]]);
        // A step is there where any of its inner steps is.
        var steps = mask is null ? null : StepMasks.OfSteps(mask);
        if (StepMasks.Of(output) is { } inner)
        {
            steps = StepMasks.Both(inner.reshape([shape[0], shape[1], .. inner.shape[1..]]), steps);
        }
        if (steps is not null)
        {
            StepMasks.Attach(unfolded, ReferenceEquals(steps, mask) ? mask : steps.MoveToOuterDisposeScope());
        }
        return unfolded.MoveToOuterDisposeScope();
    }
}
