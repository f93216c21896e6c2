namespace EchoLstm.Layers;

/// <summary>
/// Keras's initial values, drawn from the library's own generator. Matrices have Keras's layout (inputs, outputs); the
/// tensors are float32, on the CPU, and the caller's.
/// </summary>
internal static class Initializers
{
    /// <summary>Keras's <c>GlorotUniform</c> (Glorot and Bengio 2010): uniform within ±sqrt(6 / (rows + columns)).</summary>
    internal static Tensor GlorotUniform(SeededRandom random, long rows, long columns) =>
        Uniform(random, GlorotLimit(rows, columns), rows, columns);

    /// <summary>The limit of <see cref="GlorotUniform"/> for a weight that each output has so many inputs through, and each input so many
    /// outputs.</summary>
    internal static double GlorotLimit(long inputs, long outputs) => Math.Sqrt(6.0 / (inputs + outputs));

    /// <summary>Keras's <c>RandomUniform</c>: uniform within ±limit.</summary>
    internal static Tensor Uniform(SeededRandom random, double limit, params ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var length in shape)
        {
            count = checked(count * length);
        }
        if (random.IsBlank)
        {
            return zeros(shape.ToArray());
        }
        var values = new float[count];
        for (var i = 0L; i < count; i++)
        {
            values[i] = (float)random.NextUniform(limit);
        }
        return tensor(values).reshape(shape.ToArray());
    }

    /// <summary>
    /// Keras's <c>Orthogonal</c> (Saxe et al. 2014) for rows ≤ columns: normal numbers made orthonormal row by row. This is
    /// the Q of its QR decomposition with the sign of R's diagonal folded in, as R's diagonal is positive here.
    /// </summary>
    internal static Tensor Orthogonal(SeededRandom random, long rows, long columns)
    {
        if (random.IsBlank)
        {
            return zeros(rows, columns);
        }
        var basis = new double[rows][];
        for (var i = 0; i < basis.Length; i++)
        {
            var row = new double[columns];
            for (var k = 0; k < row.Length; k++)
            {
                row[k] = random.NextNormal();
            }
            // Twice is enough (Kahan and Parlett): the second pass removes what rounding left of the first.
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < i; j++)
                {
                    AddScaled(row, basis[j], -Dot(row, basis[j]));
                }
            }
            var norm = Math.Sqrt(Dot(row, row));
            for (var k = 0; k < row.Length; k++)
            {
                row[k] /= norm;
            }
            basis[i] = row;
        }
        var values = new float[checked(rows * columns)];
        for (var i = 0L; i < values.LongLength; i++)
        {
            values[i] = (float)basis[i / columns][i % columns];
        }
        return tensor(values).reshape(rows, columns);
    }

    // Four sums in a fixed order: fast without vectors, and the same bits on every machine.
    private static double Dot(double[] a, double[] b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        var k = 0;
        for (; k <= a.Length - 4; k += 4)
        {
            s0 += a[k] * b[k];
            s1 += a[k + 1] * b[k + 1];
            s2 += a[k + 2] * b[k + 2];
            s3 += a[k + 3] * b[k + 3];
        }
        for (; k < a.Length; k++)
        {
            s0 += a[k] * b[k];
        }
        return (s0 + s1) + (s2 + s3);
    }

    private static void AddScaled(double[] a, double[] b, double scale)
    {
        for (var k = 0; k < a.Length; k++)
        {
            a[k] += scale * b[k];
        }
    }
}
