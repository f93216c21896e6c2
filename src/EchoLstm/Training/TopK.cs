namespace EchoLstm.Training;

/// <summary>Whether fewer than k outputs are larger than that of the target's class.</summary>
internal sealed class TopK : RowMetric
{
    internal TopK(string name, int k)
        : base(name)
    {
        K = k >= 1 ? k : throw new ArgumentOutOfRangeException(nameof(k), k, "k is a number of outputs: at least 1.");
    }

    internal int K { get; }

    internal override int SumsFor(int units) => 2;

    internal override double Of(ReadOnlySpan<double> sums) => sums[1] > 0 ? sums[0] / sums[1] : 0;

    internal override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, double weight, Span<double> sums)
    {
        var own = 0;
        for (var k = 1; k < target.Length; k++)
        {
            own = target[k] > target[own] ? k : own;
        }
        var larger = 0;
        foreach (var value in output)
        {
            larger += value > output[own] ? 1 : 0;
        }
        sums[0] += larger < K && !double.IsNaN(output[own]) ? weight : 0;
        sums[1] += weight;
    }
}
