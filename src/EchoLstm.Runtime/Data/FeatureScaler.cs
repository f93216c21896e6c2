namespace EchoLstm.Data;

/// <summary>
/// Brings each feature of a series to a common scale, and predictions back: a network learns numbers around 0 to 1 far better than raw
/// ones. The last axis is the features; plain numbers are one feature.
/// </summary>
/// <remarks>
/// Fit on the training part only (<see cref="TimeSplit"/>): what the scaler knows of the test part, the model knows too.
/// A constant feature becomes the scaler's low end, and comes back as it was. Several threads may use a fitted scaler.
/// </remarks>
/// <example>
/// <code>
/// var (train, _, test) = TimeSplit.Split(series);                    // (time steps, 3)
/// var scaler = new MinMaxScaler().Fit(train);
/// var scaled = scaler.Transform(test);
/// float[,,] forecast = model.Predict&lt;float[,,]&gt;(x);                 // (windows, horizon, 1): column 2 alone
/// var real = scaler.ForColumns(2).InverseTransform(forecast);
/// </code>
/// </example>
public abstract partial class FeatureScaler
{
    private double[]? _center;
    private double[]? _spread;

    private protected FeatureScaler()
    {
    }

    /// <summary>Whether it has been fitted.</summary>
    public bool IsFitted => _center is not null;

    /// <summary>
    /// What each feature is measured from: its mean for a <see cref="StandardScaler"/>, its smallest value in the training data for a
    /// <see cref="MinMaxScaler"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    public IReadOnlyList<double> Center => Array.AsReadOnly(Fitted(nameof(Center)).Center);

    /// <summary>
    /// The length that is 1 in (value - center) / spread: the standard deviation for a <see cref="StandardScaler"/>, which leaves it there;
    /// the largest value less the smallest for a <see cref="MinMaxScaler"/>, which then spreads it from <see cref="MinMaxScaler.Low"/> to
    /// <see cref="MinMaxScaler.High"/>. For a constant feature, 1.
    /// </summary>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    public IReadOnlyList<double> Spread => Array.AsReadOnly(Fitted(nameof(Spread)).Spread);

    /// <summary>Measures the features of a series; what was measured before is forgotten.</summary>
    /// <param name="training">The training data, of shape (time steps, features), at least one row; finite.</param>
    /// <returns>This scaler.</returns>
    /// <exception cref="ArgumentException">There is no data, or a value is NaN or infinite.</exception>
    public FeatureScaler Fit(float[,] training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return Fit(ArrayElements.Of<float>(training), training.GetLength(1));
    }

    /// <summary>Measures plain numbers: one feature.</summary>
    /// <param name="training">The training data, at least one number; finite.</param>
    /// <returns>This scaler.</returns>
    /// <exception cref="ArgumentException">There is no data, or a value is NaN or infinite.</exception>
    public FeatureScaler Fit(float[] training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return Fit(training, 1);
    }

    /// <summary>A fitted scaler for some of the features, in this order: for targets that are chosen columns of the series.</summary>
    /// <param name="columns">The features, at least one, counted from 0.</param>
    /// <returns>A scaler of the same kind and scale.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ArgumentException">There is no such feature, or none is named.</exception>
    public FeatureScaler ForColumns(params ReadOnlySpan<int> columns)
    {
        var (center, spread) = Fitted("ForColumns");
        if (columns.IsEmpty)
        {
            throw new ArgumentException("ForColumns expects at least one feature.", nameof(columns));
        }
        var chosen = (FeatureScaler)MemberwiseClone();
        (chosen._center, chosen._spread) = (new double[columns.Length], new double[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i] < 0 || columns[i] >= center.Length)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(columns),
                    columns[i],
                    string.Create(CultureInfo.InvariantCulture, $"The scaler is fitted to features 0 to {center.Length - 1}."));
            }
            (chosen._center[i], chosen._spread[i]) = (center[columns[i]], spread[columns[i]]);
        }
        return chosen;
    }

    /// <summary>The middle or low end of a feature, and the length that becomes 1; 0 for a constant.</summary>
    private protected abstract (double Center, double Spread) Measure(ReadOnlySpan<double> feature);

    /// <summary>Where (value - center) / spread goes on the common scale.</summary>
    private protected abstract double ToScale(double relative);

    /// <summary>The way back.</summary>
    private protected abstract double FromScale(double scaled);

    private FeatureScaler Fit(ReadOnlySpan<float> values, int features)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException($"{GetType().Name}.Fit expects at least one row of data but received none.", "training");
        }
        var (center, spread) = (new double[features], new double[features]);
        var column = new double[values.Length / features];
        for (var feature = 0; feature < features; feature++)
        {
            for (var row = 0; row < column.Length; row++)
            {
                var value = values[(row * features) + feature];
                column[row] = float.IsFinite(value) ? value : throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}.Fit expects finite numbers but received {value} in "
                        + $"row {row}, feature {feature}. Leave the row out or fill the value in."),
                    "training");
            }
            (center[feature], var length) = Measure(column);
            spread[feature] = length > 0 ? length : 1;
        }
        (_center, _spread) = (center, spread);
        return this;
    }

    private (double[] Center, double[] Spread) Fitted(string method) => _center is { } center && _spread is { } spread
        ? (center, spread)
        : throw new InvalidOperationException($"{GetType().Name}.{method} needs a fitted scaler: call Fit with the training data first.");
}
