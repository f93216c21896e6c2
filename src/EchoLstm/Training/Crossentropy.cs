using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>What Keras does to probabilities before their logarithm.</summary>
internal static class Probabilities
{
    internal static Tensor Clipped(Tensor probabilities) => probabilities.Within(FusedLoss.Epsilon, 1 - FusedLoss.Epsilon);

    /// <summary>Log probabilities over the last axis, from logits or from numbers that are first made to sum to 1.</summary>
    internal static Tensor LogOfClasses(Tensor output, bool fromLogits)
    {
        if (fromLogits)
        {
            return nn.functional.log_softmax(output, -1);
        }
        using var sum = output.sum(-1, keepdim: true);
        using var normalised = output / sum;
        using var clipped = Clipped(normalised);
        return clipped.log();
    }
}

internal sealed class BinaryCrossentropy(bool fromLogits) : Loss("binary_crossentropy")
{
    internal override ExpectedOutput? Expects => new(Activation.Sigmoid, fromLogits);

    internal override bool IsElementwise => true;

    internal override FusedLossKind? Fused => fromLogits ? FusedLossKind.BinaryCrossentropyFromLogits : FusedLossKind.BinaryCrossentropy;

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        Tensor each;
        if (fromLogits)
        {
            each = nn.functional.binary_cross_entropy_with_logits(output, target, reduction: nn.Reduction.None);
        }
        else
        {
            var p = Probabilities.Clipped(output);
            each = -(target * p.log()).Plus(HeldScalar.OneMinus(target) * HeldScalar.OneMinus(p).log());
        }
        return ErrorMeasures.OverLastAxis(each).MoveToOuterDisposeScope();
    }
}

internal sealed class CategoricalCrossentropy(bool fromLogits) : Loss("categorical_crossentropy")
{
    internal override ExpectedOutput? Expects => new(Activation.Softmax, fromLogits, TargetsSumToOne: true);

    internal override FusedLossKind? Fused =>
        fromLogits ? FusedLossKind.CategoricalCrossentropyFromLogits : FusedLossKind.CategoricalCrossentropy;

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var logs = Probabilities.LogOfClasses(output, fromLogits);
        using var weighted = target * logs;
        using var sum = weighted.sum(-1);
        return -sum;
    }
}

internal sealed class SparseCategoricalCrossentropy(bool fromLogits, int? ignoreClass) : Loss("sparse_categorical_crossentropy")
{
    internal override FusedLossKind? Fused =>
        fromLogits ? FusedLossKind.CategoricalCrossentropyFromLogits : FusedLossKind.CategoricalCrossentropy;

    internal override bool TakesClassIndices => true;

    internal override int? IgnoreClass => ignoreClass;

    internal override ExpectedOutput? Expects => new(Activation.Softmax, fromLogits);

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var classes = WithoutIgnored(target.to(ScalarType.Int64));
        var index = classes.dim() == output.dim() ? classes : classes.unsqueeze(-1);
        var logs = Probabilities.LogOfClasses(output, fromLogits);
        var each = -logs.gather(-1, index).squeeze(-1);
        // A product with 0 would let NaN through.
        if (Counting(target, output) is { } counting)
        {
            using Scalar zero = 0;
            each = each.masked_fill(counting.logical_not(), zero);
        }
        return each.MoveToOuterDisposeScope();
    }
}

/// <summary>Lin et al. 2017, in Keras's order of operations: of the probability only the logarithms' is clipped.</summary>
internal sealed class BinaryFocalCrossentropy : Loss
{
    private readonly bool _fromLogits;

    internal BinaryFocalCrossentropy(bool applyClassBalancing, double alpha, double gamma, bool fromLogits)
        : base("binary_focal_crossentropy")
    {
        _fromLogits = fromLogits;
        Numbers = new LossNumbers
        {
            AppliesClassBalancing = applyClassBalancing,
            Alpha = alpha is >= 0 and <= 1
                ? alpha
                : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "alpha is a share, of 0 to 1."),
            Gamma = Focus.AtLeastZero(gamma, nameof(gamma)),
        };
    }

    internal override ExpectedOutput? Expects => new(Activation.Sigmoid, _fromLogits);

    internal override bool IsElementwise => true;

    internal override FusedLossKind? Fused =>
        _fromLogits ? FusedLossKind.BinaryFocalCrossentropyFromLogits : FusedLossKind.BinaryFocalCrossentropy;

    internal override LossNumbers Numbers { get; }

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var p = _fromLogits ? output.sigmoid() : output;
        var (clipped, rest) = (Probabilities.Clipped(p), HeldScalar.OneMinus(target));
        var entropy = -(target * clipped.log()).Plus(rest * HeldScalar.OneMinus(clipped).log());
        var right = (target * p).Plus(rest * HeldScalar.OneMinus(p));
        var each = Focus.Power(HeldScalar.OneMinus(right), Numbers.Gamma) * entropy;
        if (Numbers.AppliesClassBalancing)
        {
            each *= target.Times(Numbers.Alpha).Plus(rest.Times(1 - Numbers.Alpha));
        }
        return ErrorMeasures.OverLastAxis(each).MoveToOuterDisposeScope();
    }
}

/// <summary>Lin et al. 2017 for several classes, in Keras's order of operations.</summary>
internal sealed class CategoricalFocalCrossentropy : Loss
{
    private readonly bool _fromLogits;

    internal CategoricalFocalCrossentropy(double alpha, double gamma, bool fromLogits)
        : base("categorical_focal_crossentropy")
    {
        _fromLogits = fromLogits;
        Numbers = new LossNumbers
        {
            Alpha = Focus.AtLeastZero(alpha, nameof(alpha)),
            Gamma = Focus.AtLeastZero(gamma, nameof(gamma)),
        };
    }

    internal override ExpectedOutput? Expects => new(Activation.Softmax, _fromLogits, TargetsSumToOne: true);

    internal override FusedLossKind? Fused =>
        _fromLogits ? FusedLossKind.CategoricalFocalCrossentropyFromLogits : FusedLossKind.CategoricalFocalCrossentropy;

    internal override LossNumbers Numbers { get; }

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var shares = _fromLogits ? nn.functional.softmax(output, -1) : output;
        var q = Probabilities.Clipped(shares / shares.sum(-1, keepdim: true));
        var each = Focus.Power(HeldScalar.OneMinus(q), Numbers.Gamma) * target * q.log();
        return each.sum(-1).Times(-Numbers.Alpha).MoveToOuterDisposeScope();
    }
}

/// <summary>What the focal losses share.</summary>
internal static class Focus
{
    internal static Tensor Power(Tensor tensor, double exponent)
    {
        using var by = exponent.ToScalar();
        return tensor.pow(by);
    }

    internal static double AtLeastZero(double value, string name) =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least 0.");
}
