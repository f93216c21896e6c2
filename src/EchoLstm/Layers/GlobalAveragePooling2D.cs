namespace EchoLstm.Layers;

/// <summary>
/// The mean of each feature over a picture: Keras's <c>GlobalAveragePooling2D</c>. (samples, height, width, features)
/// becomes (samples, features).
/// </summary>
/// <remarks>It can't take masked steps: put it into TimeDistributed to run it for each picture of a film.</remarks>
public sealed class GlobalAveragePooling2D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="keepdims">Whether height and width stay, with length 1. <value>false</value></param>
    public GlobalAveragePooling2D(bool keepdims = false)
        : this(new GlobalAveragePooling2DSettings { Keepdims = keepdims })
    {
    }

    internal GlobalAveragePooling2D(GlobalAveragePooling2DSettings settings)
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
        return input.mean([1, 2], Keepdims);
    }
}
