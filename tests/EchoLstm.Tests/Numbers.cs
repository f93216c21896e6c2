namespace EchoLstm.Tests;

/// <summary>Tensors and arrays as plain numbers, and what is expected of them.</summary>
internal static class Numbers
{
    /// <summary>The values in row-major order.</summary>
    internal static double[] Values(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>The values in row-major order.</summary>
    internal static double[] Values(this Array array) =>
        [.. array.Cast<object>().Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture))];

    /// <summary>All values of all arrays, one after the other.</summary>
    internal static double[] Values(this IEnumerable<Array> arrays) => [.. arrays.SelectMany(Values)];

    /// <summary>The same numbers on every machine, uniform within ±limit.</summary>
    internal static Tensor Uniform(int seed, long[] shape, double limit = 1, ScalarType dtype = ScalarType.Float32)
    {
        var random = new SeededRandom(seed);
        var values = new double[shape.Aggregate(1L, (product, length) => product * length)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.NextUniform(limit);
        }
        using var scope = NewDisposeScope();
        return tensor(values).reshape(shape).to(dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The same numbers as a sparse tensor. TorchSharp 0.105.2, Windows's, has no to_sparse.</summary>
    internal static Tensor Sparse(this Tensor dense)
    {
        using var places = dense.nonzero();
        using var columns = places.t();
        using var mask = dense != 0;
        using var values = dense.masked_select(mask);
        return sparse_coo_tensor(columns, values, dense.shape);
    }

    /// <summary>The bytes with another number in the place of one that is there once.</summary>
    internal static byte[] Replace(byte[] bytes, float number, float by)
    {
        var place = bytes.AsSpan().IndexOf(BitConverter.GetBytes(number));
        BitConverter.TryWriteBytes(bytes.AsSpan(place), by);
        return bytes;
    }

    /// <summary>An array of the shape with these values in row-major order; of one number without axes an array of one.</summary>
    internal static Array Shaped<T>(T[] values, params long[] shape)
    {
        shape = shape is [] ? [1] : shape;
        var array = Array.CreateInstance(typeof(T), shape);
        var index = new long[shape.Length];
        foreach (var value in values)
        {
            array.SetValue(value, index);
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }
        return array;
    }

    internal static void ShouldMatch(this Tensor actual, IReadOnlyList<double> expected, Tolerance tolerance, string what = "the tensor") =>
        actual.Values().ShouldMatch(expected, tolerance, what);

    internal static void ShouldMatchTensor(this Tensor actual, Tensor expected, Tolerance tolerance, string what = "the tensor")
    {
        actual.shape.Should().Equal(expected.shape, $"of the shape of {what}");
        actual.Values().ShouldMatch(expected.Values(), tolerance, what);
    }

    internal static void ShouldMatch(this IReadOnlyList<double> actual, IReadOnlyList<double> expected, Tolerance tolerance, string what = "the list")
    {
        actual.Should().HaveCount(expected.Count, $"of the numbers of {what}");
        var wrong = Enumerable.Range(0, expected.Count).Where(i => !tolerance.Accepts(actual[i], expected[i])).ToList();
        if (wrong.Count > 0)
        {
            var worst = wrong.MaxBy(i => Math.Abs(actual[i] - expected[i]));
            Assert.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"{wrong.Count} of {expected.Count} numbers of {what} differ by more than {tolerance.Absolute} + {tolerance.Relative} * |expected|. First: [{wrong[0]}] is {actual[wrong[0]]:G9}, expected {expected[wrong[0]]:G9}. Worst: [{worst}] is {actual[worst]:G9}, expected {expected[worst]:G9}."));
        }
    }
}
