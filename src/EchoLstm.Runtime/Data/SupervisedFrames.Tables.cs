using System.Text;

namespace EchoLstm.Data;

public static partial class SupervisedFrames
{
    /// <summary>
    /// The pairs that <see cref="ToSupervised(IReadOnlyList{int}, int, int)"/> makes of a sequence, as a table: one row a time t, one
    /// column an input or an output, NaN where the window begins before the sequence. Framing drops the rows with NaN.
    /// </summary>
    /// <typeparam name="T">The type of the numbers.</typeparam>
    /// <param name="sequence">The numbers.</param>
    /// <param name="nIn">Columns of input, at most the length.</param>
    /// <param name="nOut">Columns of output, 1 to nIn.</param>
    /// <param name="dropIncomplete">Whether to leave out the rows with NaN. <value>false</value></param>
    /// <returns>The text; its lines end as the platform's do.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= nOut &lt;= nIn &lt;= length.</exception>
    /// <example>
    /// <c>SupervisedFrames.PairsTable([1, 2, 3, 4, 5], nIn: 2, nOut: 1)</c>:
    /// <code>
    /// x(t-1), x(t), y(t-1)
    ///    NaN,    1,    NaN
    ///      1,    2,      1
    ///      2,    3,      2
    ///      3,    4,      3
    ///      4,    5,      4
    /// </code>
    /// </example>
    public static string PairsTable<T>(IReadOnlyList<T> sequence, int nIn, int nOut, bool dropIncomplete = false)
        where T : IFormattable
    {
        ArgumentNullException.ThrowIfNull(sequence);
        CheckEcho("PairsTable", sequence.Count, nIn, nOut);
        var rows = new List<string[]> { ([.. Names("x", nIn, nIn), .. Names("y", nIn, nOut)]) };
        for (var time = dropIncomplete ? nIn - 1 : 0; time < sequence.Count; time++)
        {
            var window = Enumerable.Range(time - nIn + 1, nIn).Select(at => at < 0 ? "NaN" : Text(sequence[at])).ToList();
            rows.Add([.. window, .. window.Take(nOut)]);
        }
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        var table = new StringBuilder();
        foreach (var row in rows)
        {
            table.AppendLine(string.Join(", ", row.Select((cell, column) => cell.PadLeft(widths[column]))));
        }
        return table.ToString();
    }

    /// <summary>Pairs of windows and targets, a line each, as the tutorial prints them.</summary>
    /// <typeparam name="T">The type of the numbers.</typeparam>
    /// <param name="x">The windows, of shape (windows, nIn).</param>
    /// <param name="y">Their targets, of shape (windows, nOut).</param>
    /// <returns>The lines, one a window.</returns>
    /// <exception cref="ArgumentException">x and y have different numbers of windows.</exception>
    /// <example>
    /// <code>
    /// var (x, y) = SupervisedFrames.ToSupervised(sequence, nIn: 5, nOut: 3);
    /// SupervisedFrames.PairLines(x, y)[0]   // [86, 81, 88, 1, 23] => [86, 81, 88]
    /// </code>
    /// </example>
    public static IReadOnlyList<string> PairLines<T>(T[,] x, T[,] y)
        where T : IFormattable
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return x.GetLength(0) == y.GetLength(0)
            ? [.. Enumerable.Range(0, x.GetLength(0)).Select(window => $"{Line(x, window)} => {Line(y, window)}")]
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"PairLines expects a target for each window but received {x.GetLength(0)} windows and {y.GetLength(0)} targets. Pass the "
                    + $"X and Y of one framing."), nameof(y));
    }

    // The columns are named by their distance from t, the newest of the window.
    private static IEnumerable<string> Names(string letter, int nIn, int count) =>
        Enumerable.Range(0, count).Select(i => i == nIn - 1 ? $"{letter}(t)" : string.Create(CultureInfo.InvariantCulture,
            $"{letter}(t-{nIn - 1 - i})"));

    private static string Line<T>(T[,] rows, int row)
        where T : IFormattable =>
        $"[{string.Join(", ", Enumerable.Range(0, rows.GetLength(1)).Select(column => Text(rows[row, column])))}]";

    private static string Text<T>(T value)
        where T : IFormattable =>
        value.ToString(null, CultureInfo.InvariantCulture);
}
