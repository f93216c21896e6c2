namespace EchoLstm.Data;

/// <summary>Sequences of different lengths as one array: Keras's <c>pad_sequences</c>, its defaults too.</summary>
/// <example>
/// <code>
/// SequencePadding.PadSequences(new int[][] { [1, 2, 3], [4], [5, 6] }, maxLength: 2)
///
/// 1 2 3        2 3
/// 4       =>   0 4
/// 5 6          5 6
/// </code>
/// </example>
public static class SequencePadding
{
    /// <summary>Fills shorter sequences up, cuts longer ones off.</summary>
    /// <typeparam name="T">The type of the values: int, float, ...</typeparam>
    /// <param name="sequences">The sequences, at least one; one may be empty.</param>
    /// <param name="maxLength">Time steps of the result, at least 1. <value>null: those of the longest sequence</value></param>
    /// <param name="padding">Where a shorter sequence is filled up. <value>Pre</value></param>
    /// <param name="truncating">Where a longer sequence is cut off. <value>Pre: the newest values stay</value></param>
    /// <param name="value">What it is filled up with. <value>0</value></param>
    /// <returns>The values, of shape (sequences, maxLength).</returns>
    /// <exception cref="ArgumentException">There are no sequences, or one of them is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">maxLength is below 1, or there is no such side.</exception>
    public static T[,] PadSequences<T>(
        IReadOnlyList<IReadOnlyList<T>> sequences,
        int? maxLength = null,
        PaddingSide padding = PaddingSide.Pre,
        PaddingSide truncating = PaddingSide.Pre,
        T value = default)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(sequences);
        CheckSide(truncating, nameof(truncating));
        var steps = Steps(
            [.. sequences.Select((sequence, i) => sequence?.Count ?? throw Missing(i))],
            maxLength,
            padding,
            nameof(sequences));
        SizeGuard.CheckArray("PadSequences", (decimal)sequences.Count * steps, "Lower maxLength, or pad fewer sequences at once.");
        var padded = new T[sequences.Count, steps];
        for (var i = 0; i < sequences.Count; i++)
        {
            var (kept, skipped, start) = Place(sequences[i].Count, steps, padding, truncating);
            for (var step = 0; step < steps; step++)
            {
                padded[i, step] = step >= start && step < start + kept ? sequences[i][skipped + step - start] : value;
            }
        }
        return padded;
    }

    /// <summary>The same for sequences of several features.</summary>
    /// <param name="sequences">The sequences, at least one, each of shape (its time steps, features).</param>
    /// <param name="maxLength">Time steps of the result, at least 1. <value>null: those of the longest sequence</value></param>
    /// <param name="padding">Where a shorter sequence is filled up. <value>Pre</value></param>
    /// <param name="truncating">Where a longer sequence is cut off. <value>Pre: the newest steps stay</value></param>
    /// <param name="value">What each feature of a missing step is. <value>0</value></param>
    /// <returns>The values, of shape (sequences, maxLength, features).</returns>
    /// <exception cref="ArgumentException">There are no sequences, one of them is null, or they differ in features.</exception>
    /// <exception cref="ArgumentOutOfRangeException">maxLength is below 1, or there is no such side.</exception>
    public static float[,,] PadSequences(
        IReadOnlyList<float[,]> sequences,
        int? maxLength = null,
        PaddingSide padding = PaddingSide.Pre,
        PaddingSide truncating = PaddingSide.Pre,
        float value = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        CheckSide(truncating, nameof(truncating));
        var steps = Steps(
            [.. sequences.Select((sequence, i) => sequence?.GetLength(0) ?? throw Missing(i))],
            maxLength,
            padding,
            nameof(sequences));
        var features = sequences[0].GetLength(1);
        SizeGuard.CheckArray("PadSequences", (decimal)sequences.Count * steps * features,
            "Lower maxLength, or pad fewer sequences at once.");
        var padded = new float[sequences.Count, steps, features];
        for (var i = 0; i < sequences.Count; i++)
        {
            if (sequences[i].GetLength(1) != features)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"PadSequences expects the same features in each sequence but received {features} in sequence 0 and "
                            + $"{sequences[i].GetLength(1)} in sequence {i}. Give each sequence the same columns."),
                    nameof(sequences));
            }
            var (kept, skipped, start) = Place(sequences[i].GetLength(0), steps, padding, truncating);
            for (var step = 0; step < steps; step++)
            {
                for (var feature = 0; feature < features; feature++)
                {
                    padded[i, step, feature] = step >= start && step < start + kept ? sequences[i][skipped + step - start, feature] : value;
                }
            }
        }
        return padded;
    }

    /// <summary>Which time steps of padded sequences are data; unlike a mask by value, it needs no value that the data does not
    /// have.</summary>
    /// <param name="lengths">The sequences' lengths before padding, at least one, none negative.</param>
    /// <param name="maxLength">Time steps of the padded sequences, at least 1. <value>null: the largest of the lengths</value></param>
    /// <param name="padding">Where shorter sequences were filled up. <value>Pre</value></param>
    /// <returns>True for data, false for padding; of shape (sequences, maxLength).</returns>
    /// <exception cref="ArgumentException">There are no lengths, or one is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException">maxLength is below 1, or there is no such side.</exception>
    /// <example>
    /// <code>
    /// SequencePadding.Mask([3, 1, 2], maxLength: 2)   // 1 1 | 0 1 | 1 1
    /// </code>
    /// </example>
    public static bool[,] Mask(IReadOnlyList<int> lengths, int? maxLength = null, PaddingSide padding = PaddingSide.Pre)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        var negative = lengths.ToList().FindIndex(length => length < 0);
        if (negative >= 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Mask expects lengths of at least 0 but received {lengths[negative]} at position {negative}. Pass the lengths before "
                    + $"padding."), nameof(lengths));
        }
        var steps = Steps(lengths, maxLength, padding, nameof(lengths));
        SizeGuard.CheckArray("Mask", (decimal)lengths.Count * steps, "Lower maxLength, or pad fewer sequences at once.");
        var mask = new bool[lengths.Count, steps];
        for (var i = 0; i < lengths.Count; i++)
        {
            var (kept, _, start) = Place(lengths[i], steps, padding, PaddingSide.Pre);
            for (var step = start; step < start + kept; step++)
            {
                mask[i, step] = true;
            }
        }
        return mask;
    }

    internal static void CheckSide(PaddingSide side, string parameter)
    {
        if (side is not (PaddingSide.Pre or PaddingSide.Post))
        {
            throw new ArgumentOutOfRangeException(parameter, side, $"{parameter} is PaddingSide.Pre or PaddingSide.Post.");
        }
    }

    // How many values stay, how many are cut off before them, and at which step of the result they begin.
    private static (int Kept, int Skipped, int Start) Place(int length, int steps, PaddingSide padding, PaddingSide truncating)
    {
        var kept = Math.Min(length, steps);
        return (kept, truncating == PaddingSide.Pre ? length - kept : 0, padding == PaddingSide.Pre ? steps - kept : 0);
    }

    private static int Steps(IReadOnlyList<int> lengths, int? maxLength, PaddingSide padding, string parameter)
    {
        CheckSide(padding, nameof(padding));
        if (lengths.Count == 0)
        {
            throw new ArgumentException("There is nothing to pad: expected at least one sequence.", parameter);
        }
        return maxLength switch
        {
            null => lengths.Max(),
            < 1 => throw new ArgumentOutOfRangeException(nameof(maxLength), maxLength,
                "maxLength must be at least 1; leave it null for the length of the longest sequence."),
            { } steps => steps,
        };
    }

    private static ArgumentException Missing(int position) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Sequence {position} is null. Pass an empty sequence for one without values."),
            "sequences");
}
