using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>What a <see cref="Regularizer"/> adds to the loss, by Torch's operations.</summary>
internal static class RegularizerPenalty
{
    /// <summary>The penalty as a tensor of one number, in the caller's dispose scope.</summary>
    internal static Tensor Penalty(this Regularizer regularizer, Tensor weight)
    {
        if (regularizer.L1Factor == 0)
        {
            return (weight * weight).sum().Times(regularizer.L2Factor);
        }
        var absolute = weight.abs().sum().Times(regularizer.L1Factor);
        return regularizer.L2Factor == 0 ? absolute : absolute.Plus((weight * weight).sum().Times(regularizer.L2Factor));
    }
}
