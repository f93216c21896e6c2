using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// A layer that puts several tensors together in a graph, e.g. <c>new Add().Apply(a, b)</c>. It has no weights.
/// </summary>
/// <remarks>As in Keras a step is there where it is there in every input that has a mask.</remarks>
public abstract class MergeLayer : Layer
{
    private protected MergeLayer(LayerSettings settings)
        : base(settings)
    {
    }

    internal sealed override bool HasSeveral => true;

    private protected abstract Tensor Merge(Tensor[] inputs);

    /// <summary>The mask of the output; null: all steps are there. In the caller's dispose scope.</summary>
    private protected virtual Tensor? MergedMask(Tensor[] inputs, Tensor?[] masks) =>
        masks.OfType<Tensor>().Aggregate((Tensor?)null, (both, mask) => both is null ? mask.alias()
            : both.dim() < mask.dim() ? StepMasks.Both(mask, both) : StepMasks.Both(both, mask));

    private protected sealed override Tensor[] ComputeMany(Tensor[] inputs, Tensor?[] masks)
    {
        using var scope = NewDisposeScope();
        var output = Merge(inputs);
        if (MergedMask(inputs, masks) is { } mask)
        {
            // Keras's masks have as many steps as the output.
            var whole = mask.expand([.. output.shape.Take((int)mask.dim())]);
            StepMasks.Attach(output, whole.MoveToOuterDisposeScope());
        }
        return [output.MoveToOuterDisposeScope()];
    }

    // OutputShape has said that several are needed.
    private protected sealed override Tensor Compute(Tensor input, Tensor? mask) => throw new InvalidOperationException($"{Title} merges.");

    private protected sealed override void CheckFirst(Shape inputShape)
    {
        // Without weights it takes any number of features.
    }

    private protected sealed override void CheckInput(Shape inputShape)
    {
        // Several are checked together.
    }
}

/// <summary>A layer that merges number by number.</summary>
public abstract class ElementwiseLayer : MergeLayer
{
    private protected ElementwiseLayer(LayerSettings settings)
        : base(settings)
    {
    }

    private protected abstract Tensor Pair(Tensor one, Tensor other);

    private protected override Tensor Merge(Tensor[] inputs)
    {
        var rank = inputs.Max(input => input.dim());
        return inputs.Select(Widened).Aggregate(Pair);

        // As in Keras, one of fewer axes gets axes of length 1 behind the samples.
        Tensor Widened(Tensor input) => input.dim() == rank ? input
            : input.reshape([input.shape[0], .. Enumerable.Repeat(1L, (int)(rank - input.dim())), .. input.shape[1..]]);
    }
}

/// <summary>The sum of its inputs (Keras's <c>Add</c>), which have one shape, or axes of length 1 in place of others'.</summary>
public sealed class Add : ElementwiseLayer
{
    /// <summary>Creates the layer.</summary>
    public Add()
        : this(new AddSettings())
    {
    }

    internal Add(AddSettings settings)
        : base(settings)
    {
    }

    private protected override Tensor Pair(Tensor one, Tensor other) => one.Plus(other);
}

/// <summary>The first of two inputs less the second (Keras's <c>Subtract</c>).</summary>
public sealed class Subtract : ElementwiseLayer
{
    /// <summary>Creates the layer.</summary>
    public Subtract()
        : this(new SubtractSettings())
    {
    }

    internal Subtract(SubtractSettings settings)
        : base(settings)
    {
    }

    private protected override Tensor Pair(Tensor one, Tensor other) => one.Plus(other.negative());
}

/// <summary>The product of its inputs, number by number (Keras's <c>Multiply</c>).</summary>
public sealed class Multiply : ElementwiseLayer
{
    /// <summary>Creates the layer.</summary>
    public Multiply()
        : this(new MultiplySettings())
    {
    }

    internal Multiply(MultiplySettings settings)
        : base(settings)
    {
    }

    private protected override Tensor Pair(Tensor one, Tensor other) => one.mul(other);
}

/// <summary>The mean of its inputs (Keras's <c>Average</c>).</summary>
public sealed class Average : ElementwiseLayer
{
    /// <summary>Creates the layer.</summary>
    public Average()
        : this(new AverageSettings())
    {
    }

    internal Average(AverageSettings settings)
        : base(settings)
    {
    }

    private protected override Tensor Pair(Tensor one, Tensor other) => one.Plus(other);

    private protected override Tensor Merge(Tensor[] inputs) => base.Merge(inputs).Times(1.0 / inputs.Length);
}

/// <summary>The largest of its inputs, number by number (Keras's <c>Maximum</c>).</summary>
public sealed class Maximum : ElementwiseLayer
{
    /// <summary>Creates the layer.</summary>
    public Maximum()
        : this(new MaximumSettings())
    {
    }

    internal Maximum(MaximumSettings settings)
        : base(settings)
    {
    }

    private protected override Tensor Pair(Tensor one, Tensor other) => maximum(one, other);
}

/// <summary>The smallest of its inputs, number by number (Keras's <c>Minimum</c>).</summary>
public sealed class Minimum : ElementwiseLayer
{
    /// <summary>Creates the layer.</summary>
    public Minimum()
        : this(new MinimumSettings())
    {
    }

    internal Minimum(MinimumSettings settings)
        : base(settings)
    {
    }

    private protected override Tensor Pair(Tensor one, Tensor other) => minimum(one, other);
}

/// <summary>Its inputs side by side along an axis (Keras's <c>Concatenate</c>); they differ in that axis alone.</summary>
/// <remarks>Along the time steps the masks are put together too; an input without one is all there.</remarks>
public sealed class Concatenate : MergeLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The axis, the samples being 0; from the last, which is -1. <value>-1</value></param>
    /// <exception cref="ArgumentOutOfRangeException">axis is 0, the samples'.</exception>
    public Concatenate(int axis = -1)
        : this(new ConcatenateSettings { Axis = axis })
    {
    }

    internal Concatenate(ConcatenateSettings settings)
        : base(settings)
    {
        if (settings.Axis == 0)
        {
            throw new ArgumentOutOfRangeException(
                "axis", 0, "axis 0 is the samples', which are never put behind each other. Count from 1, or from the last, which is -1.");
        }
    }

    /// <summary>The axis, the samples being 0.</summary>
    public int Axis => ((ConcatenateSettings)Settings).Axis;

    private protected override Tensor Merge(Tensor[] inputs) => cat(inputs, Axis);

    private protected override Tensor? MergedMask(Tensor[] inputs, Tensor?[] masks)
    {
        var axes = masks.Max(mask => mask?.dim() ?? 0);
        var axis = MergeSettings.AxisOf(Axis, (int)inputs[0].dim())!.Value;
        if (axes == 0 || axis >= axes)
        {
            return base.MergedMask(inputs, masks);
        }
        return cat([.. inputs.Zip(masks).Select(pair => Whole(pair.First, pair.Second))], axis);

        Tensor Whole(Tensor input, Tensor? mask)
        {
            long[] shape = [.. input.shape.Take((int)axes)];
            return mask is null ? ones(shape, ScalarType.Bool, input.device)
                : mask.reshape([.. mask.shape, .. Enumerable.Repeat(1L, (int)(axes - mask.dim()))]).to(ScalarType.Bool).expand(shape);
        }
    }
}

/// <summary>The products of two inputs along an axis of each, summed (Keras's <c>Dot</c>): (samples, a, k) and (samples, b, k) along the
/// last make (samples, a, b). Of two vectors it is one number, (samples, 1).</summary>
/// <remarks>As in Keras no mask leaves it, and masked steps are computed with as they are.</remarks>
public sealed class Dot : MergeLayer
{
    // Keras's.
    private const double Smallest = 1e-12;

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The axis of both, the samples being 0; from the last, which is -1. <value>-1</value></param>
    /// <param name="normalize">Whether both are divided by their length along it first, so that the products are cosines.
    /// <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">axis is 0, the samples'.</exception>
    public Dot(int axis = -1, bool normalize = false)
        : this(axis, axis, normalize)
    {
    }

    /// <summary>Creates the layer with an axis for each input.</summary>
    /// <param name="firstAxis">The first input's.</param>
    /// <param name="secondAxis">The second's.</param>
    /// <param name="normalize">Whether both are divided by their length along it first. <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An axis is 0, the samples'.</exception>
    public Dot(int firstAxis, int secondAxis, bool normalize = false)
        : this(new DotSettings { FirstAxis = firstAxis, SecondAxis = secondAxis, Normalize = normalize })
    {
    }

    internal Dot(DotSettings settings)
        : base(settings)
    {
        if (settings.FirstAxis == 0 || settings.SecondAxis == 0)
        {
            throw new ArgumentOutOfRangeException(
                "axis", 0, "axis 0 is the samples', which are not summed over. Count from 1, or from the last, which is -1.");
        }
    }

    /// <summary>The axis of the first input.</summary>
    public int FirstAxis => ((DotSettings)Settings).FirstAxis;

    /// <summary>The axis of the second.</summary>
    public int SecondAxis => ((DotSettings)Settings).SecondAxis;

    /// <summary>Whether both are divided by their length along it first.</summary>
    public bool Normalize => ((DotSettings)Settings).Normalize;

    private protected override bool ComputesWithFloats => true;

    private protected override Tensor Merge(Tensor[] inputs)
    {
        var (one, first) = Rows(inputs[0], FirstAxis);
        var (other, second) = Rows(inputs[1], SecondAxis);
        long[] axes = [inputs[0].shape[0], .. first, .. second];
        return one.bmm(other.transpose(1, 2)).reshape(axes.Length == 1 ? [axes[0], 1] : axes);
    }

    private protected override Tensor? MergedMask(Tensor[] inputs, Tensor?[] masks) => null;

    // (samples, all other axes as one, the axis), and how long the others are.
    private (Tensor Rows, long[] Others) Rows(Tensor input, int axis)
    {
        var last = input.movedim([MergeSettings.AxisOf(axis, (int)input.dim())!.Value], [-1]);
        var rows = last.reshape(input.shape[0], -1, last.shape[^1]);
        if (Normalize)
        {
            using var least = Smallest.ToScalar();
            rows = rows.mul(rows.square().sum(-1, keepdim: true).clamp_min(least).rsqrt());
        }
        return (rows, last.shape[1..^1]);
    }
}
