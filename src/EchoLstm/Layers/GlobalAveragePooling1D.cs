namespace EchoLstm.Layers;

/// <summary>
/// The mean of each feature over the time steps: Keras's <c>GlobalAveragePooling1D</c>. (samples, time steps, features)
/// becomes (samples, features).
/// </summary>
/// <remarks>Masked steps count neither above nor below the line; the mask ends here. A sample whose steps are all masked gives zeros,
/// where Keras gives NaN.</remarks>
public sealed class GlobalAveragePooling1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="keepdims">Whether the time axis stays, with length 1. <value>false</value></param>
    public GlobalAveragePooling1D(bool keepdims = false)
        : this(new GlobalAveragePooling1DSettings { Keepdims = keepdims })
    {
    }

    internal GlobalAveragePooling1D(GlobalAveragePooling1DSettings settings)
        : base(settings)
    {
    }

    /// <summary>Whether the time axis stays, with length 1.</summary>
    public bool Keepdims => ((GlobalPooling1DSettings)Settings).Keepdims;

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (mask is null)
        {
            return input.mean([1], Keepdims);
        }
        using var scope = NewDisposeScope();
        var used = mask.unsqueeze(-1); // (samples, time steps, 1)
        using var one = 1.ToScalar();
        var sums = input.where(used, zeros_like(input)).sum(1, Keepdims);
        var counts = used.sum(1, Keepdims, input.dtype).clamp_min(one);
        return (sums / counts).MoveToOuterDisposeScope();
    }
}
