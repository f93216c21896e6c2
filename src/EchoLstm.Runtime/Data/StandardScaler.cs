namespace EchoLstm.Data;

/// <summary>Scales each feature to mean 0 and standard deviation 1 over the training data, the deviation counted over all n values, not n -
/// 1.</summary>
/// <remarks>A constant feature becomes 0.</remarks>
/// <example>
/// <code>
/// 20 ─  1      var scaler = new StandardScaler().Fit([10f, 20f]);
/// 15 ─  0      scaler.Transform([25f])          // 2
/// 10 ─ -1      scaler.InverseTransform([2f])    // 25
/// </code>
/// </example>
public sealed class StandardScaler : FeatureScaler
{
    private protected override (double Center, double Spread) Measure(ReadOnlySpan<double> feature)
    {
        // Welford's running mean: exact for a constant, steady where the mean dwarfs the deviation.
        var (mean, squares) = (0.0, 0.0);
        for (var i = 0; i < feature.Length; i++)
        {
            var difference = feature[i] - mean;
            mean += difference / (i + 1);
            squares += difference * (feature[i] - mean);
        }
        return (mean, Math.Sqrt(squares / feature.Length));
    }

    private protected override double ToScale(double relative) => relative;

    private protected override double FromScale(double scaled) => scaled;

    private protected override ScalerSettings SettingsOf(IReadOnlyList<double> center, IReadOnlyList<double> spread) =>
        new StandardScalerSettings { Center = center, Spread = spread };
}
