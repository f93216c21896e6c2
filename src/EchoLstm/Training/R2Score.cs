namespace EchoLstm.Training;

/// <summary>1 - Σ (y - ŷ)² / (Σ y² - (Σ y)² / n) of each output, and the mean over them.</summary>
internal sealed class R2Score() : RowMetric("r2_score")
{
    private const int Kinds = 4;

    internal override bool SumsDependOnUnits => true;

    internal override int SumsFor(int units) => Kinds * units;

    internal override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, double weight, Span<double> sums)
    {
        for (var k = 0; k < output.Length; k++)
        {
            var (y, error) = (target[k], target[k] - output[k]);
            sums[Kinds * k] += weight;
            sums[(Kinds * k) + 1] += weight * y;
            sums[(Kinds * k) + 2] += weight * y * y;
            sums[(Kinds * k) + 3] += weight * error * error;
        }
    }

    internal override double Of(ReadOnlySpan<double> sums)
    {
        var (total, outputs) = (0.0, sums.Length / Kinds);
        for (var k = 0; k < outputs; k++)
        {
            var (count, sum, squares, errors) = (sums[Kinds * k], sums[(Kinds * k) + 1], sums[(Kinds * k) + 2], sums[(Kinds * k) + 3]);
            var spread = squares - (sum * sum / count);
            // Targets that are all the same have a spread of 0 but for rounding.
            total += spread > squares * 1e-14 ? 1 - (errors / spread) : 0;
        }
        return total / outputs;
    }
}
