namespace EchoLstm.Layers;

/// <summary>A penalty on a weight that is added to the loss: l1 · Σ|w| + l2 · Σw² (Keras's <c>L1</c>, <c>L2</c> and <c>L1L2</c>).</summary>
public sealed class Regularizer
{
    private Regularizer(double l1, double l2)
    {
        L1Factor = Checked(l1, nameof(l1));
        L2Factor = Checked(l2, nameof(l2));
    }

    /// <summary>The factor of the sum of absolute values.</summary>
    public double L1Factor { get; }

    /// <summary>The factor of the sum of squares.</summary>
    public double L2Factor { get; }

    /// <summary>A penalty on absolute values.</summary>
    /// <param name="factor">The factor of their sum, at least 0. <value>0.01</value></param>
    /// <returns>The regulariser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not a finite number.</exception>
    public static Regularizer L1(double factor = 0.01) => new(factor, 0);

    /// <summary>A penalty on squares.</summary>
    /// <param name="factor">The factor of their sum, at least 0. <value>0.01</value></param>
    /// <returns>The regulariser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not a finite number.</exception>
    public static Regularizer L2(double factor = 0.01) => new(0, factor);

    /// <summary>Both penalties.</summary>
    /// <param name="l1">The factor of the sum of absolute values, at least 0. <value>0.01</value></param>
    /// <param name="l2">The factor of the sum of squares, at least 0. <value>0.01</value></param>
    /// <returns>The regulariser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not a finite number.</exception>
    public static Regularizer L1L2(double l1 = 0.01, double l2 = 0.01) => new(l1, l2);

    private static double Checked(double factor, string name) =>
        factor >= 0 && double.IsFinite(factor)
            ? factor
            : throw new ArgumentOutOfRangeException(name, factor, "A regulariser's factor must be a finite number of at least 0.");
}
