namespace EchoLstm.Data;

/// <summary>Scales each feature so that its smallest value in the training data becomes the low end, its largest the high end: 0 and
/// 1.</summary>
/// <remarks>Values outside what was fitted land outside the range. A constant feature becomes the low end.</remarks>
/// <example>
/// <code>
/// 20 ─ 1.0      var scaler = new MinMaxScaler().Fit([10f, 12.5f, 20f]);
/// 15 ─ 0.5      scaler.Transform([15f])          // 0.5
/// 10 ─ 0.0      scaler.InverseTransform([0.5f])  // 15
/// </code>
/// </example>
public sealed class MinMaxScaler : FeatureScaler
{
    /// <summary>Creates the scaler, not fitted yet.</summary>
    /// <param name="low">What the smallest value becomes. <value>0</value></param>
    /// <param name="high">What the largest value becomes, above low. <value>1</value></param>
    /// <exception cref="ArgumentException">low is not below high, or one is not finite.</exception>
    public MinMaxScaler(float low = 0, float high = 1)
    {
        if (!float.IsFinite(low) || !float.IsFinite(high) || low >= high)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"MinMaxScaler expects finite ends with low below high but received {low} and {high}."), nameof(low));
        }
        Low = low;
        High = high;
    }

    /// <summary>What the smallest value of the training data becomes.</summary>
    public float Low { get; }

    /// <summary>What the largest value of the training data becomes.</summary>
    public float High { get; }

    private protected override (double Center, double Spread) Measure(ReadOnlySpan<double> feature)
    {
        var (least, most) = (feature[0], feature[0]);
        foreach (var value in feature)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }
        return (least, most - least);
    }

    private protected override double ToScale(double relative) => Low + (relative * ((double)High - Low));

    private protected override double FromScale(double scaled) => (scaled - Low) / ((double)High - Low);

    private protected override ScalerSettings SettingsOf(IReadOnlyList<double> center, IReadOnlyList<double> spread) =>
        new MinMaxScalerSettings { Center = center, Spread = spread, Low = Low, High = High };
}
