using EchoLstm.Kernels;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>The pinball loss (Koenker and Bassett 1978), of one quantile for all outputs or one for each.</summary>
internal sealed class QuantileLoss : Loss
{
    private readonly double[] _quantiles;

    internal QuantileLoss(double[] quantiles)
        : base("quantile")
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        if (quantiles.Length == 0)
        {
            throw new ArgumentException("There is no quantile. Give one, such as 0.9, or one for each output.", nameof(quantiles));
        }
        foreach (var quantile in quantiles)
        {
            if (quantile is not (> 0 and < 1))
            {
                throw new ArgumentOutOfRangeException(nameof(quantiles), quantile, "A quantile must be above 0 and below 1.");
            }
        }
        _quantiles = [.. quantiles];
    }

    internal override FusedLossKind? Fused => FusedLossKind.Quantile;

    internal override bool IsElementwise => _quantiles.Length == 1;

    internal override LossNumbers Numbers => new() { Quantiles = _quantiles };

    internal override void CheckOutput(Shape output)
    {
        if (_quantiles.Length > 1 && output.Last != _quantiles.Length)
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss quantile was given {_quantiles.Length} quantiles, one for each output of the last axis, but the model's "
                        + $"output is {output}. Give the last layer {_quantiles.Length} units, or Loss.Quantile as many quantiles as there "
                        + $"are outputs, or one for all."),
                output.WithLast(_quantiles.Length).ToString(),
                output.ToString());
        }
    }

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var error = output - target;
        var q = tensor(_quantiles, dtype: output.dtype, device: output.device);
        return ErrorMeasures.OverLastAxis(torch.maximum(-q * error, HeldScalar.OneMinus(q) * error)).MoveToOuterDisposeScope();
    }
}
