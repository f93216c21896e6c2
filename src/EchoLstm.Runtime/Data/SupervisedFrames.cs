namespace EchoLstm.Data;

/// <summary>A sequence cut into windows, each a sample with its target.</summary>
/// <remarks>
/// <see cref="ToSupervised(float[,], int, int)"/> frames the echo of what was heard, <see cref="ToForecast(float[,], ForecastWindow)"/> the
/// future after a past, <see cref="ToShifted(float[,], int, int, int)"/> the next value at each time step, and
/// <see cref="ToPadded(float[,], int, int, float, PaddingSide)"/> the echo with incomplete windows kept.
/// </remarks>
public static partial class SupervisedFrames
{
    /// <summary>Windows of nIn rows, one starting at each row that has nIn - 1 more after it; the target is the nOut oldest rows of the
    /// window.</summary>
    /// <param name="sequence">The encoded sequence, of shape (length, features), e.g. from
    /// <see cref="OneHot.Encode(IReadOnlyList{int}, int)"/>.</param>
    /// <param name="nIn">Time steps of a window, at most the length.</param>
    /// <param name="nOut">Time steps of a target, 1 to nIn.</param>
    /// <returns>X of shape (length - nIn + 1, nIn, features) and Y of shape (length - nIn + 1, nOut, features).</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn &lt;= length.</exception>
    /// <example>
    /// Five rows a to e, <c>nIn: 3, nOut: 2</c>:
    /// <code>
    /// a b c d e      X        Y
    /// |---|          a b c    a b
    ///   |---|        b c d    b c
    ///     |---|      c d e    c d
    /// </code>
    /// </example>
    public static (float[,,] X, float[,,] Y) ToSupervised(float[,] sequence, int nIn, int nOut)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var (length, features) = (sequence.GetLength(0), sequence.GetLength(1));
        CheckEcho("ToSupervised", length, nIn, nOut);
        SizeGuard.CheckArray("ToSupervised", (decimal)(length - nIn + 1) * nIn * features, "Take shorter windows, or fewer rows at once.");
        var (x, y) = (new float[length - nIn + 1, nIn, features], new float[length - nIn + 1, nOut, features]);
        CopyWindows<float>(ArrayElements.Of<float>(sequence), x, nIn * features, features);
        CopyWindows<float>(ArrayElements.Of<float>(sequence), y, nOut * features, features);
        return (x, y);
    }

    /// <summary>The same for plain numbers: each is a time step of one feature.</summary>
    /// <param name="sequence">The numbers.</param>
    /// <param name="nIn">Time steps of a window, at most the length.</param>
    /// <param name="nOut">Time steps of a target, 1 to nIn.</param>
    /// <returns>X of shape (length - nIn + 1, nIn, 1) and Y of shape (length - nIn + 1, nOut, 1).</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn &lt;= length.</exception>
    public static (float[,,] X, float[,,] Y) ToSupervised(IReadOnlyList<float> sequence, int nIn, int nOut) =>
        ToSupervised(Column(sequence), nIn, nOut);

    /// <summary>The same for integers that name classes: they keep two axes, as <see cref="OneHot.Encode(int[,], int)"/>, an embedding and
    /// a sparse loss take them.</summary>
    /// <param name="sequence">The integers.</param>
    /// <param name="nIn">Time steps of a window, at most the length.</param>
    /// <param name="nOut">Time steps of a target, 1 to nIn.</param>
    /// <returns>X of shape (length - nIn + 1, nIn) and Y of shape (length - nIn + 1, nOut).</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn &lt;= length.</exception>
    /// <example>
    /// <code>
    /// var (x, y) = SupervisedFrames.ToSupervised([1, 2, 3, 4, 5], nIn: 5, nOut: 1);   // x: [1, 2, 3, 4, 5]   y: [1]
    /// </code>
    /// </example>
    public static (int[,] X, int[,] Y) ToSupervised(IReadOnlyList<int> sequence, int nIn, int nOut)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        CheckEcho("ToSupervised", sequence.Count, nIn, nOut);
        var windows = sequence.Count - nIn + 1;
        SizeGuard.CheckArray("ToSupervised", (decimal)windows * nIn, "Take shorter windows, or fewer rows at once.");
        var (x, y) = (new int[windows, nIn], new int[windows, nOut]);
        int[] values = [.. sequence];
        CopyWindows<int>(values, x, nIn, 1);
        CopyWindows<int>(values, y, nOut, 1);
        return (x, y);
    }

    /// <summary>A new random sequence, one-hot encoded and framed as an echo: the tutorial's <c>get_data</c>.</summary>
    /// <param name="source">Where the sequence comes from; each call takes its next.</param>
    /// <param name="nIn">Time steps of a window, at most the length.</param>
    /// <param name="nOut">Time steps of a target, 1 to nIn.</param>
    /// <param name="length">How many integers the sequence has. <value>25</value></param>
    /// <param name="classes">How many different integers there are. <value>100</value></param>
    /// <returns>X of shape (length - nIn + 1, nIn, classes) and Y of shape (length - nIn + 1, nOut, classes).</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn &lt;= length, or classes is below 1.</exception>
    /// <example>
    /// <code>
    /// var random = new RandomSequence(seed: 1);
    /// var (x, y) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2);   // (21, 5, 100) and (21, 2, 100)
    /// </code>
    /// </example>
    public static (float[,,] X, float[,,] Y) RandomEcho(RandomSequence source, int nIn, int nOut, int length = 25, int classes = 100)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckEcho("RandomEcho", length, nIn, nOut);
        return ToSupervised(OneHot.Encode(source.Next(length, classes), classes), nIn, nOut);
    }

    // Overlapping windows: each starts one row after the one before.
    private static void CopyWindows<T>(ReadOnlySpan<T> sequence, Array windows, int windowSize, int rowSize)
        where T : unmanaged
    {
        var target = ArrayElements.Of<T>(windows);
        for (var window = 0; window < windows.GetLength(0); window++)
        {
            sequence.Slice(window * rowSize, windowSize).CopyTo(target[(window * windowSize)..]);
        }
    }

    private static float[,] Column(IReadOnlyList<float> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var column = new float[sequence.Count, 1];
        for (var i = 0; i < sequence.Count; i++)
        {
            column[i, 0] = sequence[i];
        }
        return column;
    }

    private static void CheckEcho(string method, int length, int nIn, int nOut)
    {
        var (parameter, value, mend) =
            nOut < 1 ? (nameof(nOut), nOut, "Ask for at least 1 step of echo.") :
            nOut > nIn ? (nameof(nOut), nOut, "An echo is no longer than what was heard: lower nOut or raise nIn.") :
            nIn > length ? (nameof(nIn), nIn, "A window must fit into the sequence: lower nIn or give a longer sequence.") :
            ("", 0, "");
        if (parameter.Length > 0)
        {
            throw new ArgumentOutOfRangeException(parameter, value, string.Create(
                CultureInfo.InvariantCulture,
                $"{method} expects 1 <= nOut <= nIn <= length but received nOut {nOut}, nIn {nIn} and a length of {length}. {mend}"));
        }
    }
}
