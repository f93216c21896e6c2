namespace EchoLstm.Training;

/// <summary>A curve of a classifier's thresholds.</summary>
public enum AucCurve
{
    /// <summary>The share of the positives that are found over the share of the negatives that are taken for positive.</summary>
    Roc,

    /// <summary>Precision over recall: tells more where positives are rare.</summary>
    Pr,
}

/// <summary>
/// The area under a curve from counts of positives and negatives between evenly spaced thresholds, as Keras has it: the first threshold is
/// just below 0, the last just above 1, and an output at a threshold is not above it.
/// </summary>
internal sealed class AreaUnderCurve : RowMetric
{
    internal AreaUnderCurve(string name, int numThresholds, AucCurve curve, bool fromLogits)
        : base(name)
    {
        if (numThresholds < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(numThresholds), numThresholds, "numThresholds must be at least 2.");
        }
        if (!Enum.IsDefined(curve))
        {
            throw new ArgumentOutOfRangeException(nameof(curve), curve, "curve is Roc or Pr.");
        }
        (NumThresholds, Curve, FromLogits) = (numThresholds, curve, fromLogits);
    }

    internal int NumThresholds { get; }

    internal AucCurve Curve { get; }

    internal bool FromLogits { get; }

    // For each threshold, the positives and then the negatives whose output is above it but not above the next.
    internal override int SumsFor(int units) => 2 * NumThresholds;

    internal override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, double weight, Span<double> sums)
    {
        for (var k = 0; k < output.Length; k++)
        {
            var p = (float)(FromLogits ? 1 / (1 + Math.Exp(-output[k])) : output[k]);
            // As float32, in which Keras counts; NaN is taken for the lowest.
            var place = (int)MathF.Ceiling((p > 0 ? MathF.Min(p, 1) : 0) * (NumThresholds - 1)) - 1;
            sums[Math.Max(place, 0) + (target[k] != 0 ? 0 : NumThresholds)] += weight;
        }
    }

    internal override double Of(ReadOnlySpan<double> sums)
    {
        var (positives, negatives) = (Sum(sums[..NumThresholds]), Sum(sums[NumThresholds..]));
        var (hits, alarms, area) = (0.0, 0.0, 0.0);
        // From the last threshold, above which nothing is, down.
        for (var i = NumThresholds - 1; i >= 0; i--)
        {
            var (moreHits, moreAlarms) = (hits + sums[i], alarms + sums[NumThresholds + i]);
            area += Curve == AucCurve.Roc
                ? (Share(moreAlarms, negatives) - Share(alarms, negatives)) * (Share(moreHits, positives) + Share(hits, positives)) / 2
                : Share(UnderPrecision(hits, alarms, moreHits, moreAlarms), positives);
            (hits, alarms) = (moreHits, moreAlarms);
        }
        return area;
    }

    // Davis and Goadrich 2006: between two thresholds hits grow in proportion to all that is taken for positive.
    private static double UnderPrecision(double hits, double alarms, double moreHits, double moreAlarms)
    {
        var (taken, moreTaken) = (hits + alarms, moreHits + moreAlarms);
        var slope = Share(moreHits - hits, moreTaken - taken);
        var intercept = hits - (slope * taken);
        var ratio = taken > 0 && moreTaken > 0 ? moreTaken / taken : 1;
        return slope * (moreHits - hits + (intercept * Math.Log(ratio)));
    }

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }
        return sum;
    }
}
