using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>What the loops know of a metric.</summary>
internal enum FusedMetricKind
{
    SquaredError,
    AbsoluteError,
    BinaryAccuracy,
    CategoricalAccuracy,
    AbsolutePercentageError,
}

/// <summary>The metrics on one row of output and target.</summary>
internal static unsafe class FusedMetric<V>
    where V : struct, ILanes<V>
{
    internal static double Row(FusedMetricKind kind, float* output, float* target, int units) => kind switch
    {
        FusedMetricKind.SquaredError => FusedLoss<V>.Row(FusedLossKind.SquaredError, output, target, units, null, 1),
        FusedMetricKind.AbsoluteError => FusedLoss<V>.Row(FusedLossKind.AbsoluteError, output, target, units, null, 1),
        FusedMetricKind.AbsolutePercentageError =>
            FusedLoss<V>.Row(FusedLossKind.AbsolutePercentageError, output, target, units, null, 1),
        FusedMetricKind.BinaryAccuracy => (output[0] > 0.5f ? 1 : 0) == target[0] ? 1 : 0,
        _ => Largest(output, units) == Largest(target, units) ? 1 : 0,
    };

    /// <summary>The place of the first of equal maxima; NaN counts as the largest, as in Torch.</summary>
    private static int Largest(float* values, int count)
    {
        if (count >= V.Count)
        {
            var (most, strange) = (V.Load(values), V.Zero);
            for (var k = 0; k < count; k += V.Count)
            {
                var x = V.Load(values + Math.Min(k, count - V.Count));
                most = V.WhereLess(most, x, x, most);
                strange += x - x; // NaN for NaN and infinities
            }
            var largest = most.Largest();
            // Floats are searched as integers, which is vectorised; only 0 has two forms.
            if (strange.Sum() == 0 && largest != 0)
            {
                return new ReadOnlySpan<int>(values, count).IndexOf(BitConverter.SingleToInt32Bits(largest));
            }
        }
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
