using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>The metrics on one row of output and target, as <see cref="Metric"/> has them.</summary>
internal enum FusedMetricKind
{
    SquaredError,
    AbsoluteError,
    BinaryAccuracy,
    CategoricalAccuracy,
}

internal static unsafe class FusedMetric
{
    internal static double Row(FusedMetricKind kind, float* output, float* target, int units) => kind switch
    {
        FusedMetricKind.SquaredError => FusedLoss.Row(FusedLossKind.SquaredError, output, target, units, null, 1),
        FusedMetricKind.AbsoluteError => FusedLoss.Row(FusedLossKind.AbsoluteError, output, target, units, null, 1),
        FusedMetricKind.BinaryAccuracy => (output[0] > 0.5f ? 1 : 0) == target[0] ? 1 : 0,
        _ => Largest(output, units) == Largest(target, units) ? 1 : 0,
    };

    // The first of equal maxima; NaN counts as the largest, as in Torch.
    private static int Largest(float* values, int count)
    {
        var best = 0;
        for (var k = 1; k < count; k++)
        {
            if (values[k] > values[best] || (float.IsNaN(values[k]) && !float.IsNaN(values[best])))
            {
                best = k;
            }
        }
        return best;
    }
}
