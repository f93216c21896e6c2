using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;
using TorchSharp;
using static TorchSharp.torch;

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

internal sealed class SparseCategoricalCrossentropy(bool fromLogits) : Loss("sparse_categorical_crossentropy")
{
    internal override FusedLossKind? Fused =>
        fromLogits ? FusedLossKind.CategoricalCrossentropyFromLogits : FusedLossKind.CategoricalCrossentropy;

    internal override bool TakesClassIndices => true;

    internal override ExpectedOutput? Expects => new(Activation.Softmax, fromLogits);

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var classes = target.to(ScalarType.Int64);
        var index = classes.dim() == output.dim() ? classes : classes.unsqueeze(-1);
        var logs = Probabilities.LogOfClasses(output, fromLogits);
        return (-logs.gather(-1, index).squeeze(-1)).MoveToOuterDisposeScope();
    }
}
