namespace EchoLstm.Training;

/// <summary>How the scores of several classes become one number (Keras's <c>average</c>).</summary>
public enum ScoreAverage
{
    /// <summary>The mean over the classes: each counts alike, however rare.</summary>
    Macro,

    /// <summary>The score of all classes' hits together.</summary>
    Micro,

    /// <summary>The mean over the classes, weighted by how often each is a target.</summary>
    Weighted,
}

/// <summary>The F1 score by hits, false alarms and misses of each class.</summary>
internal sealed class F1Score : RowMetric
{
    private const int Kinds = 3;

    // Keras: outputs that are all 0 have no largest.
    private const double Nothing = 1e-9;

    internal F1Score(string name, ScoreAverage average, double? threshold)
        : base(name)
    {
        if (!Enum.IsDefined(average))
        {
            throw new ArgumentOutOfRangeException(nameof(average), average, "average is Macro, Micro or Weighted.");
        }
        (Average, Threshold) = (average, threshold is { } given ? HitRate.Finite(given, nameof(threshold)) : null);
    }

    internal ScoreAverage Average { get; }

    internal double? Threshold { get; }

    internal override bool SumsDependOnUnits => true;

    internal override int SumsFor(int units) => Kinds * units;

    internal override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, double weight, Span<double> sums)
    {
        var threshold = (float)(Threshold ?? 0.5);
        var largest = Threshold is null && output.Length > 1 ? Largest(output) : (double?)null;
        for (var k = 0; k < output.Length; k++)
        {
            var isPredicted = largest is { } most ? output[k] >= most && Math.Abs(output[k]) > Nothing : (float)output[k] > threshold;
            var predicted = isPredicted ? weight : 0;
            sums[Kinds * k] += predicted * target[k];
            sums[(Kinds * k) + 1] += predicted * (1 - target[k]);
            sums[(Kinds * k) + 2] += (weight - predicted) * target[k];
        }
    }

    internal override double Of(ReadOnlySpan<double> sums)
    {
        var classes = sums.Length / Kinds;
        var (hits, alarms, misses, total) = (0.0, 0.0, 0.0, 0.0);
        for (var k = 0; k < classes; k++)
        {
            var own = sums.Slice(Kinds * k, Kinds);
            (hits, alarms, misses) = (hits + own[0], alarms + own[1], misses + own[2]);
            total += Score(own[0], own[1], own[2]) * (Average == ScoreAverage.Weighted ? own[0] + own[2] : 1);
        }
        return Average switch
        {
            ScoreAverage.Micro => Score(hits, alarms, misses),
            ScoreAverage.Macro => total / classes,
            _ => hits + misses > 0 ? total / (hits + misses) : 0,
        };
    }

    private static double Score(double hits, double alarms, double misses) =>
        hits > 0 ? 2 * hits / ((2 * hits) + alarms + misses) : 0;

    private static double Largest(ReadOnlySpan<double> values)
    {
        var largest = values[0];
        foreach (var value in values)
        {
            largest = Math.Max(largest, value);
        }
        return largest;
    }
}
