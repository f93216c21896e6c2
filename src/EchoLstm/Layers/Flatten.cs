namespace EchoLstm.Layers;

/// <summary>
/// Puts all values of a sample into one vector, the last axis running fastest: Keras's <c>Flatten</c>. (samples, time steps, features)
/// becomes (samples, time steps · features).
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

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "its output has no time steps");
        return input.flatten(1);
    }
}
