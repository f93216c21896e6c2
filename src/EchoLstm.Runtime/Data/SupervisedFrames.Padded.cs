namespace EchoLstm.Data;

public static partial class SupervisedFrames
{
    /// <summary>
    /// The echo's windows with the incomplete ones kept: as many as the sequence has rows. What is missing is padded, to be hidden from the
    /// model by a mask or to be learned as it is.
    /// </summary>
    /// <param name="sequence">The encoded sequence, of shape (length, features), at least one row.</param>
    /// <param name="nIn">Time steps of a window, at least 1; may exceed the length.</param>
    /// <param name="nOut">Time steps of a target, 1 to nIn.</param>
    /// <param name="padding">The value of each feature of a missing step; no row of the sequence may consist of it.
    /// <value>-1</value></param>
    /// <param name="side">Which windows are incomplete: the first, that begin before the sequence, or the last, that end after it.
    /// <value>Pre</value></param>
    /// <returns>X of shape (length, nIn, features), Y of shape (length, nOut, features), and the mask of each.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn, the padding is not finite, or there is no such
    /// side.</exception>
    /// <exception cref="ArgumentException">The sequence is empty, or one of its rows looks like padding.</exception>
    /// <example>
    /// The sequence 1 2 3 4, <c>nIn: 3, nOut: 2</c>, padding shown as a dash:
    /// <code>
    ///       Pre: X   Y      mask of X        Post: X  Y      mask of X
    ///       - - 1   - -     0 0 1            1 2 3   1 2     1 1 1
    ///       - 1 2   - 1     0 1 1            2 3 4   2 3     1 1 1
    ///       1 2 3   1 2     1 1 1            3 4 -   3 4     1 1 0
    ///       2 3 4   2 3     1 1 1            4 - -   4 -     1 0 0
    /// </code>
    /// </example>
    public static PaddedFrames ToPadded(float[,] sequence, int nIn, int nOut, float padding = -1, PaddingSide side = PaddingSide.Pre)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var length = sequence.GetLength(0);
        if (length == 0)
        {
            throw new ArgumentException("The sequence is empty: expected at least one row.", nameof(sequence));
        }
        CheckEcho("ToPadded", Math.Max(length, nIn), nIn, nOut);
        SequencePadding.CheckSide(side, nameof(side));
        CheckPadding(sequence, padding);
        var first = side == PaddingSide.Pre ? 1 - nIn : 0;
        var (x, inputMask) = Pad(sequence, first, nIn, padding);
        var (y, targetMask) = Pad(sequence, first, nOut, padding);
        return new PaddedFrames(x, y, inputMask, targetMask);
    }

    /// <summary>The same for plain numbers: each is a time step of one feature.</summary>
    /// <param name="sequence">The numbers, at least one.</param>
    /// <param name="nIn">Time steps of a window, at least 1; may exceed the length.</param>
    /// <param name="nOut">Time steps of a target, 1 to nIn.</param>
    /// <param name="padding">What stands for a missing number; must not occur in the sequence. <value>-1</value></param>
    /// <param name="side">Which windows are incomplete: the first, that begin before the sequence, or the last, that end after it.
    /// <value>Pre</value></param>
    /// <returns>X of shape (length, nIn, 1), Y of shape (length, nOut, 1), and the mask of each.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn, the padding is not finite, or there is no such
    /// side.</exception>
    /// <exception cref="ArgumentException">The sequence is empty, or has the padding among its numbers.</exception>
    /// <exception cref="InsufficientMemoryException">An array, or memory, can't hold the windows.</exception>
    public static PaddedFrames ToPadded(
        IReadOnlyList<float> sequence,
        int nIn,
        int nOut,
        float padding = -1,
        PaddingSide side = PaddingSide.Pre) =>
        ToPadded(Column(sequence), nIn, nOut, padding, side);

    // One window a row of the sequence; the first starts at row `first`, which lies before the sequence if negative.
    private static (float[,,] Frames, bool[,] Mask) Pad(float[,] sequence, int first, int steps, float padding)
    {
        var (length, features) = (sequence.GetLength(0), sequence.GetLength(1));
        SizeGuard.CheckArray("ToPadded", (decimal)length * steps * features, "Take shorter windows, or fewer rows at once.");
        var frames = new float[length, steps, features];
        var mask = new bool[length, steps];
        for (var window = 0; window < length; window++)
        {
            for (var step = 0; step < steps; step++)
            {
                var row = first + window + step;
                mask[window, step] = row >= 0 && row < length;
                for (var feature = 0; feature < features; feature++)
                {
                    frames[window, step, feature] = mask[window, step] ? sequence[row, feature] : padding;
                }
            }
        }
        return (frames, mask);
    }

    // A Masking layer hides each step that consists of the padding value: real steps must not.
    private static void CheckPadding(float[,] sequence, float padding)
    {
        if (!float.IsFinite(padding))
        {
            throw new ArgumentOutOfRangeException(nameof(padding), padding,
                "The padding must be a finite number that the data does not have, such as -1.");
        }
        var features = sequence.GetLength(1);
        var values = ArrayElements.Of<float>(sequence);
        for (var row = 0; row < sequence.GetLength(0); row++)
        {
            if (!values.Slice(row * features, features).ContainsAnyExcept(padding))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"Row {row} of the sequence is {padding} in every feature, as the padding is: a mask by value would hide it. Pad "
                            + $"with a value that the data does not have."),
                    nameof(padding));
            }
        }
    }
}
