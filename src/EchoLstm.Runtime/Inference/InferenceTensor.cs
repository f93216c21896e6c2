namespace EchoLstm.Inference;

/// <summary>Numbers with a shape: what <see cref="InferenceModel.Run"/> takes for an input and gives for an output.</summary>
public sealed class InferenceTensor
{
    /// <summary>Makes one of numbers.</summary>
    /// <param name="values">The numbers, the last axis running fastest; of an input of indices whole numbers. They are not copied.</param>
    /// <param name="shape">The length of each axis, samples first: (samples, time steps, features).</param>
    /// <exception cref="ShapeMismatchException">The shape has another number of numbers, or an axis that is empty.</exception>
    public InferenceTensor(float[] values, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Length == 0 || Array.Exists(shape, length => length < 1)
            || shape.Aggregate((decimal)1, (product, length) => product * length) != values.Length)
        {
            var received = string.Join(", ", shape);
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"values has {values.Length} numbers, which do not fill the shape ({received}). Give axes of at least 1 whose product "
                        + $"that is."),
                string.Create(CultureInfo.InvariantCulture, $"({values.Length},)"),
                $"({received})");
        }
        (Numbers, Shape) = (values, [.. shape]);
    }

    /// <summary>The numbers, the last axis running fastest.</summary>
    public IReadOnlyList<float> Values => Numbers;

    /// <summary>The length of each axis, samples first.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>How many of its first time steps each sample has; the others are masked.</summary>
    /// <value>null: all of them</value>
    public IReadOnlyList<int>? Lengths { get; init; }

    internal float[] Numbers { get; }
}
