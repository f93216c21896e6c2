namespace EchoLstm.Data;

/// <summary>Integers that name classes, as rows with a single 1, and back.</summary>
/// <example>
/// Three integers of four classes:
/// <code>
/// 2        0 0 1 0
/// 0   =>   1 0 0 0      float[,] rows = OneHot.Encode([2, 0, 3], classes: 4);
/// 3        0 0 0 1      int[] again = OneHot.Decode(rows);
/// </code>
/// </example>
public static class OneHot
{
    /// <summary>One row for each integer: 1 in the integer's column, 0 elsewhere.</summary>
    /// <param name="sequence">The integers, each of 0 to classes - 1.</param>
    /// <param name="classes">How many classes there are, at least 1.</param>
    /// <returns>The rows, of shape (length, classes).</returns>
    /// <exception cref="ArgumentOutOfRangeException">An integer is none of the classes, or classes is below 1.</exception>
    /// <exception cref="ArgumentException">The result is larger than an array can be.</exception>
    public static float[,] Encode(IReadOnlyList<int> sequence, int classes)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        CheckSize(sequence.Count, classes);
        var rows = new float[sequence.Count, classes];
        for (var i = 0; i < sequence.Count; i++)
        {
            var value = sequence[i];
            rows[i, InRange(value, classes) ? value : throw Outside(value, classes, $"{i}", nameof(sequence))] = 1;
        }
        return rows;
    }

    /// <summary>One row for each integer of several sequences of equal length.</summary>
    /// <param name="sequences">The integers, each of 0 to classes - 1, of shape (samples, time steps).</param>
    /// <param name="classes">How many classes there are, at least 1.</param>
    /// <returns>The rows, of shape (samples, time steps, classes).</returns>
    /// <exception cref="ArgumentOutOfRangeException">An integer is none of the classes, or classes is below 1.</exception>
    /// <exception cref="ArgumentException">The result is larger than an array can be.</exception>
    public static float[,,] Encode(int[,] sequences, int classes)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        CheckSize(sequences.Length, classes);
        var (samples, steps) = (sequences.GetLength(0), sequences.GetLength(1));
        var rows = new float[samples, steps, classes];
        for (var sample = 0; sample < samples; sample++)
        {
            for (var step = 0; step < steps; step++)
            {
                var value = sequences[sample, step];
                rows[
                    sample,
                    step,
                    InRange(value, classes) ? value : throw Outside(value, classes, $"[{sample}, {step}]", nameof(sequences))] = 1;
            }
        }
        return rows;
    }

    /// <summary>The class of each row: the column of its largest value, the first of equals. Rows of probabilities will do.</summary>
    /// <param name="rows">The rows, of shape (length, classes).</param>
    /// <returns>The integers, of shape (length).</returns>
    /// <exception cref="ArgumentException">A row holds NaN, or there are no columns.</exception>
    public static int[] Decode(float[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (length, classes) = (rows.GetLength(0), rows.GetLength(1));
        CheckClasses(classes, nameof(rows));
        var values = ArrayElements.Of<float>(rows);
        var sequence = new int[length];
        for (var i = 0; i < length; i++)
        {
            sequence[i] = FirstMaximum(values.Slice(i * classes, classes)) ?? throw NotANumber($"{i}", nameof(rows));
        }
        return sequence;
    }

    /// <summary>The class of each row of several sequences: what a model with a softmax on each time step predicts.</summary>
    /// <param name="rows">The rows, of shape (samples, time steps, classes).</param>
    /// <returns>The integers, of shape (samples, time steps).</returns>
    /// <exception cref="ArgumentException">A row holds NaN, or there are no columns.</exception>
    public static int[,] Decode(float[,,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (samples, steps, classes) = (rows.GetLength(0), rows.GetLength(1), rows.GetLength(2));
        CheckClasses(classes, nameof(rows));
        var values = ArrayElements.Of<float>(rows);
        var sequences = new int[samples, steps];
        for (var sample = 0; sample < samples; sample++)
        {
            for (var step = 0; step < steps; step++)
            {
                var row = values.Slice(((sample * steps) + step) * classes, classes);
                sequences[sample, step] = FirstMaximum(row) ?? throw NotANumber($"[{sample}, {step}]", nameof(rows));
            }
        }
        return sequences;
    }

    // Null where the row holds NaN: it compares with nothing, and the answer would be class 0 whatever the row says.
    private static int? FirstMaximum(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var column = 0; column < row.Length; column++)
        {
            if (float.IsNaN(row[column]))
            {
                return null;
            }
            if (row[column] > row[best])
            {
                best = column;
            }
        }
        return best;
    }

    private static bool InRange(int value, int classes) => (uint)value < (uint)classes;

    private static void CheckSize(int rows, int classes)
    {
        if (classes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(classes), classes, "OneHot.Encode expects at least 1 class.");
        }
        if ((long)rows * classes > Array.MaxLength)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"OneHot.Encode of {rows} integers in {classes} classes needs {(long)rows * classes} numbers; an array holds at most "
                        + $"{Array.MaxLength}. Keep the integers as they are, with an Embedding as first layer and a sparse loss."),
                nameof(classes));
        }
    }

    private static void CheckClasses(int classes, string parameter)
    {
        if (classes == 0)
        {
            throw new ArgumentException("OneHot.Decode expects at least 1 column, one for each class, but received none.", parameter);
        }
    }

    private static ArgumentOutOfRangeException Outside(int value, int classes, FormattableString position, string parameter) => new(
        parameter,
        string.Create(CultureInfo.InvariantCulture,
            $"OneHot.Encode expects integers of 0 to {classes - 1} but received {value} at position "
                + $"{FormattableString.Invariant(position)}. If the integers name categories, raise classes; a price or a measure is not a "
                + $"category: scale it and predict it by regression, or cut it into bins."));

    private static ArgumentException NotANumber(FormattableString position, string parameter) => new(
        $"OneHot.Decode expects numbers but received NaN in row {FormattableString.Invariant(position)}: no class is its largest. Where a "
            + "model made it, look for the training step whose loss became NaN.",
        parameter);
}
