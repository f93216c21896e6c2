namespace EchoLstm.Layers;

/// <summary>
/// The largest value of each feature over the time steps: Keras's <c>GlobalMaxPooling1D</c>. (samples, time steps, features)
/// becomes (samples, features).
/// </summary>
/// <remarks>Masked steps are left out, where Keras would take their numbers for data; the mask ends here. A sample whose steps are all
/// masked gives zeros.</remarks>
public sealed class GlobalMaxPooling1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="keepdims">Whether the time axis stays, with length 1. <value>false</value></param>
    public GlobalMaxPooling1D(bool keepdims = false)
        : this(new GlobalMaxPooling1DSettings { Keepdims = keepdims })
    {
    }

    internal GlobalMaxPooling1D(GlobalMaxPooling1DSettings settings)
        : base(settings)
    {
    }

    /// <summary>Whether the time axis stays, with length 1.</summary>
    public bool Keepdims => ((GlobalPooling1DSettings)Settings).Keepdims;

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        if (mask is null)
        {
            return input.max(1, Keepdims).values.MoveToOuterDisposeScope();
        }
        using var least = double.NegativeInfinity.ToScalar();
        using var zero = 0.ToScalar();
        var largest = input.masked_fill(mask.logical_not().unsqueeze(-1), least).max(1, Keepdims).values;
        var isEmpty = mask.any(1, Keepdims).logical_not();
        return largest.masked_fill(isEmpty.unsqueeze(-1), zero).MoveToOuterDisposeScope();
    }
}
