namespace EchoLstm.Layers;

/// <summary>
/// The largest value of each feature over a picture: Keras's <c>GlobalMaxPooling2D</c>. (samples, height, width, features)
/// becomes (samples, features).
/// </summary>
/// <remarks>It can't take masked steps: put it into TimeDistributed to run it for each picture of a film.</remarks>
public sealed class GlobalMaxPooling2D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="keepdims">Whether height and width stay, with length 1. <value>false</value></param>
    public GlobalMaxPooling2D(bool keepdims = false)
        : this(new GlobalMaxPooling2DSettings { Keepdims = keepdims })
    {
    }

    internal GlobalMaxPooling2D(GlobalMaxPooling2DSettings settings)
        : base(settings)
    {
    }

    /// <summary>Whether height and width stay, with length 1.</summary>
    public bool Keepdims => ((GlobalPooling2DSettings)Settings).Keepdims;

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "its output has no time steps");
        using var scope = NewDisposeScope();
        var largest = input.flatten(1, 2).max(1).values; // (samples, features)
        return (Keepdims ? largest.unsqueeze(1).unsqueeze(1) : largest.alias()).MoveToOuterDisposeScope();
    }
}
