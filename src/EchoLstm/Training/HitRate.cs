namespace EchoLstm.Training;

/// <summary>Precision and recall: of the positive predictions, or of the positive targets, the share that is both.</summary>
internal sealed class HitRate : RowMetric
{
    private readonly float _threshold; // outputs are compared as float32, as in Keras

    internal HitRate(string name, bool ofPredictions, double threshold, int? classId)
        : base(name)
    {
        (OfPredictions, Threshold, ClassId) = (ofPredictions, Finite(threshold, nameof(threshold)), classId);
        if (classId < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(classId), classId, "classId is the place of an output: at least 0.");
        }
        _threshold = (float)threshold;
    }

    /// <summary>Whether it is the precision; else the recall.</summary>
    internal bool OfPredictions { get; }

    internal double Threshold { get; }

    internal int? ClassId { get; }

    internal override void CheckOutput(Shape output)
    {
        if (ClassId >= output.Last)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The metric {Name} looks at output {ClassId}, counted from 0, but the model has {output.Last}. Choose one of them."));
        }
    }

    // Hits, and what they are a share of.
    internal override int SumsFor(int units) => 2;

    internal override double Of(ReadOnlySpan<double> sums) => sums[1] > 0 ? sums[0] / sums[1] : 0;

    internal override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, double weight, Span<double> sums)
    {
        var (first, end) = ClassId is { } only ? (only, only + 1) : (0, output.Length);
        for (var k = first; k < end; k++)
        {
            var (isPredicted, isTarget) = ((float)output[k] > _threshold, target[k] != 0);
            sums[0] += isPredicted && isTarget ? weight : 0;
            sums[1] += (OfPredictions ? isPredicted : isTarget) ? weight : 0;
        }
    }

    internal static double Finite(double threshold, string name) =>
        double.IsFinite(threshold)
            ? threshold
            : throw new ArgumentOutOfRangeException(name, threshold, "threshold must be a finite number, such as 0.5.");
}
