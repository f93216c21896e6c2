using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>
/// Puts all values of a sample into one vector, the last axis running fastest: Keras's <c>Flatten</c>. (samples, time steps, features) becomes
/// (samples, time steps · features).
/// </summary>
public sealed class Flatten : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    public Flatten()
        : this(new FlattenSettings())
    {
    }

    internal Flatten(FlattenSettings settings)
        : base(settings)
    {
    }

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        return inputShape.Rank >= 2
            ? new Shape(inputShape[0], inputShape.Skip(1).Aggregate((long?)1, (product, length) => product * length))
            : throw new ShapeMismatchException(
                $"{Title} expects input of rank 2 or more (samples, ...) but received {inputShape}. Reshape single numbers to (samples, 1).",
                "(samples, ...)",
                inputShape.ToString());
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
    }

    // Without weights it takes any lengths.
    private protected override void CheckInput(Shape inputShape) => _ = OutputShape(inputShape);

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "its output has no time steps");
        return input.flatten(1);
    }
}
