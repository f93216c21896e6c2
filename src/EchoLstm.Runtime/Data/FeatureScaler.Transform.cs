namespace EchoLstm.Data;

public abstract partial class FeatureScaler
{
    /// <summary>Plain numbers, scaled.</summary>
    /// <param name="values">The numbers.</param>
    /// <returns>The scaled numbers, as many.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ShapeMismatchException">It was fitted to several features.</exception>
    public float[] Transform(float[] values) => Mapped(values, inverse: false, nameof(values));

    /// <summary>A series, scaled.</summary>
    /// <param name="values">The series, of shape (time steps, features).</param>
    /// <returns>The scaled series, of the same shape.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ShapeMismatchException">It was fitted to another number of features.</exception>
    public float[,] Transform(float[,] values) => Mapped(values, inverse: false, nameof(values));

    /// <summary>Windows, scaled.</summary>
    /// <param name="values">The windows, of shape (windows, time steps, features).</param>
    /// <returns>The scaled windows, of the same shape.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ShapeMismatchException">It was fitted to another number of features.</exception>
    public float[,,] Transform(float[,,] values) => Mapped(values, inverse: false, nameof(values));

    /// <summary>Plain scaled numbers, back on the scale of the data.</summary>
    /// <param name="scaled">The scaled numbers.</param>
    /// <returns>The numbers, as many.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ShapeMismatchException">It was fitted to several features.</exception>
    public float[] InverseTransform(float[] scaled) => Mapped(scaled, inverse: true, nameof(scaled));

    /// <summary>A scaled series, back on the scale of the data.</summary>
    /// <param name="scaled">The scaled series, of shape (time steps, features).</param>
    /// <returns>The series, of the same shape.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ShapeMismatchException">It was fitted to another number of features.</exception>
    public float[,] InverseTransform(float[,] scaled) => Mapped(scaled, inverse: true, nameof(scaled));

    /// <summary>Scaled windows, or predictions, back on the scale of the data.</summary>
    /// <param name="scaled">The scaled windows, of shape (windows, time steps, features).</param>
    /// <returns>The windows, of the same shape.</returns>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="ShapeMismatchException">It was fitted to another number of features.</exception>
    public float[,,] InverseTransform(float[,,] scaled) => Mapped(scaled, inverse: true, nameof(scaled));

    // The copy has the shape; its last axis is the features, and a single axis is one feature.
    private TArray Mapped<TArray>(TArray source, bool inverse, string parameter)
        where TArray : class
    {
        ArgumentNullException.ThrowIfNull(source, parameter);
        var (center, spread) = Fitted(inverse ? "InverseTransform" : "Transform");
        var result = (Array)((Array)(object)source).Clone();
        var features = result.Rank == 1 ? 1 : result.GetLength(result.Rank - 1);
        if (features != center.Length)
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"{GetType().Name} expects {center.Length} features, as it was fitted, but "
                    + $"received {features}. Pass the same features, or take ForColumns of those that the data has."),
                string.Create(CultureInfo.InvariantCulture, $"(..., {center.Length})"),
                string.Create(CultureInfo.InvariantCulture, $"(..., {features})"));
        }
        var values = ArrayElements.Of<float>(result);
        for (var i = 0; i < values.Length; i++)
        {
            var feature = i % features;
            values[i] = (float)(inverse
                ? (FromScale(values[i]) * spread[feature]) + center[feature]
                : ToScale((values[i] - center[feature]) / spread[feature]));
        }
        return (TArray)(object)result;
    }
}
