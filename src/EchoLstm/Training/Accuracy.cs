using EchoLstm.Kernels;
using EchoLstm.Torch;

namespace EchoLstm.Training;

internal sealed class Accuracy() : MeanMetric("accuracy")
{
    private const double Threshold = 0.5;

    internal override FusedMetricKind? FusedFor(int units, bool targetsAreClasses) =>
        units == 1 && !targetsAreClasses ? FusedMetricKind.BinaryAccuracy : FusedMetricKind.CategoricalAccuracy;

    internal override Tensor PerStep(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var classes = output.shape[^1];
        var isSparse = target.dim() < output.dim() || (target.shape[^1] == 1 && classes > 1);
        Tensor right;
        if (isSparse)
        {
            var indices = target.dim() == output.dim() ? target.squeeze(-1) : target;
            right = output.argmax(-1).eq(indices.to(ScalarType.Int64));
        }
        else if (classes == 1)
        {
            right = output.Above(Threshold).to(target.dtype).eq(target);
        }
        else
        {
            right = output.argmax(-1).eq(target.argmax(-1));
        }
        var each = right.to(ScalarType.Float32);
        return (classes == 1 && !isSparse ? ErrorMeasures.OverLastAxis(each) : each).MoveToOuterDisposeScope();
    }
}
