using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Which targets count: not those of masked steps, nor those whose weight is 0.</summary>
internal static class CountedTargets
{
    /// <summary>Which numbers of targets of the output's shape count; null where the masks are not known before the model runs.</summary>
    internal static Tensor? Of(Layer model, Tensor targets, Tensor? weights, Tensor? mask)
    {
        var counted = ones_like(targets, ScalarType.Bool);
        if (weights is not null)
        {
            counted = counted.logical_and(Over(weights.Differs(0), targets));
        }
        if (mask is not null)
        {
            var isOfSteps = mask.dim() < targets.dim() && mask.shape.AsSpan().SequenceEqual(targets.shape.AsSpan(0, (int)mask.dim()));
            return isOfSteps ? counted.logical_and(Over(mask, targets)) : counted;
        }
        return Nesting.AllOf(model).Any(layer => layer is Masking or Embedding { MaskZero: true }) ? null : counted;
    }

    /// <summary>What is of samples or steps, for each number of theirs.</summary>
    internal static Tensor Over(Tensor ofSteps, Tensor data)
    {
        while (ofSteps.dim() < data.dim())
        {
            ofSteps = ofSteps.unsqueeze(-1);
        }
        return ofSteps.expand(data.shape);
    }
}
