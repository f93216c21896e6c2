namespace EchoLstm.Data;

/// <summary>
/// .NET arrays in the shapes that layers take: with more or fewer axes, some of the rows, several put together. Elements are float, double,
/// int, long or bool; what is given stays as it was.
/// </summary>
/// <example><code>
/// float[,,] x = Arrays.Reshape&lt;float[,,]&gt;(series, -1, 5, 1);    // (samples, steps) to (samples, steps, features)
/// float[,,] first = Arrays.Rows(x, ..8), last = Arrays.Rows(x, ^2..);
/// float[,] table = Arrays.Stack([1f, 2f], [3f, 4f]);                 // two rows of two features
/// </code></example>
public static class Arrays
{
    /// <summary>The elements in another shape, in their order: the last axis runs fastest (NumPy's <c>reshape</c>).</summary>
    /// <typeparam name="TArray">The type that the lengths make, e.g. <c>float[,,]</c> for three.</typeparam>
    /// <param name="source">The elements: an array of any rank.</param>
    /// <param name="lengths">The length of each axis, one to four; one of them may be -1, to be found.</param>
    /// <returns>A new array.</returns>
    /// <exception cref="ArgumentException">The lengths do not make as many elements, or another type of array.</exception>
    public static TArray Reshape<TArray>(Array source, params int[] lengths)
        where TArray : class
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(lengths);
        var known = lengths.Where(length => length != -1).Aggregate(1L, (product, length) => product * length);
        var open = lengths.Count(length => length == -1);
        long[] found = [.. lengths.Select(length => length == -1 ? source.Length / Math.Max(1, known) : length)];
        if (open > 1 || lengths.Any(length => length < -1) || found.Aggregate(1L, (product, length) => product * length) != source.Length)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{source.Length} elements do not fill ({string.Join(", ", lengths)}). ")
                    + "Give lengths whose product is their number; one may be -1, to be found.",
                nameof(lengths));
        }
        var reshaped = Copy(source, 0, found);
        return reshaped as TArray ?? throw new ArgumentException(
            $"These lengths make a {ArrayElements.TypeName(reshaped.GetType())} of the elements, not a "
                + $"{ArrayElements.TypeName(typeof(TArray))}. "
                + $"Call Arrays.Reshape<{ArrayElements.TypeName(reshaped.GetType())}>.",
            nameof(lengths));
    }

    /// <summary>Some of the rows: of the first axis, whatever the others are.</summary>
    /// <typeparam name="TArray">The array's type.</typeparam>
    /// <param name="source">The array, of one to four axes.</param>
    /// <param name="rows">Which rows: <c>..8</c> for the first eight, <c>^2..</c> for the last two.</param>
    /// <returns>A new array.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many rows.</exception>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public static TArray Rows<TArray>(TArray source, Range rows)
        where TArray : class
    {
        ArgumentNullException.ThrowIfNull(source);
        var array = source as Array ?? throw new ArgumentException($"A {typeof(TArray).Name} has no rows. Give an array.", nameof(source));
        var count = array.GetLength(0);
        var (first, end) = (rows.Start.GetOffset(count), rows.End.GetOffset(count));
        if (first < 0 || end > count || first > end)
        {
            throw new ArgumentOutOfRangeException(
                nameof(rows), rows, string.Create(CultureInfo.InvariantCulture, $"There are {count} rows. Give a range of them."));
        }
        var lengths = ArrayElements.Lengths(array);
        lengths[0] = end - first;
        return (TArray)(object)Copy(array, count == 0 ? 0 : array.Length / count * first, lengths);
    }

    /// <summary>Rows as a table: several vectors of one length one below the other.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="rows">The vectors, at least one.</param>
    /// <returns>(vectors, their length).</returns>
    /// <exception cref="ArgumentException">There is none, or they differ in length.</exception>
    public static T[,] Stack<T>(params IReadOnlyList<T[]> rows)
        where T : unmanaged => (T[,])Stacked<T>(rows);

    /// <summary>Samples as one array: several tables of one shape one behind the other.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="samples">The tables, (time steps, features), at least one.</param>
    /// <returns>(samples, time steps, features).</returns>
    /// <exception cref="ArgumentException">There is none, or they differ in shape.</exception>
    public static T[,,] Stack<T>(params IReadOnlyList<T[,]> samples)
        where T : unmanaged => (T[,,])Stacked<T>(samples);

    private static Array Stacked<T>(IReadOnlyList<Array> parts)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0 || parts.Contains(null!))
        {
            throw new ArgumentException("There is nothing to stack, or one of the arrays is null. Give at least one array.", nameof(parts));
        }
        var lengths = ArrayElements.Lengths(parts[0]);
        var stacked = ArrayElements.New<T>([parts.Count, .. lengths]);
        var place = ArrayElements.Of<T>(stacked);
        for (var i = 0; i < parts.Count; i++)
        {
            if (!lengths.AsSpan().SequenceEqual(ArrayElements.Lengths(parts[i])))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Array {i} is {Text(parts[i])}, but the first is {Text(parts[0])}. ")
                        + "Arrays that are stacked have one shape; SequencePadding makes sequences equally long.",
                    nameof(parts));
            }
            ArrayElements.Of<T>(parts[i]).CopyTo(place[(i * parts[0].Length)..]);
        }
        return stacked;
    }

    private static Shape Text(Array array) => Shape.Known(ArrayElements.Lengths(array));

    private static Array Copy(Array source, int start, long[] lengths) => source.GetType().GetElementType() switch
    {
        var element when element == typeof(float) => Copy<float>(source, start, lengths),
        var element when element == typeof(double) => Copy<double>(source, start, lengths),
        var element when element == typeof(int) => Copy<int>(source, start, lengths),
        var element when element == typeof(long) => Copy<long>(source, start, lengths),
        var element when element == typeof(bool) => Copy<bool>(source, start, lengths),
        var element => throw new ArgumentException(
            $"An array of {element!.Name} is not taken: expected float, double, int, long or bool elements. Convert it "
                + "first.", nameof(source)),
    };

    private static Array Copy<T>(Array source, int start, long[] lengths)
        where T : unmanaged
    {
        var copy = ArrayElements.New<T>(lengths);
        ArrayElements.Of<T>(source).Slice(start, copy.Length).CopyTo(ArrayElements.Of<T>(copy));
        return copy;
    }
}
