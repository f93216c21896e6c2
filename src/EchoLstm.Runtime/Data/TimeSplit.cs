namespace EchoLstm.Data;

/// <summary>Splits data by time: the oldest part trains, the next validates, the newest tests. Nothing is shuffled.</summary>
/// <remarks>
/// Split a series first and cut windows from each part, so that no window spans two. Where windows are split instead, neighbours share
/// time steps: a gap of one less than a window's span leaves the shared ones out.
/// </remarks>
/// <example>
/// Ten rows, <c>validation: 0.2, test: 0.2, gap: 1</c>:
/// <code>
/// row    0 1 2 3  4  5 6  7  8 9
///        train    .  val  .  test
/// </code>
/// </example>
public static class TimeSplit
{
    /// <summary>Splits plain numbers.</summary>
    /// <typeparam name="T">The type of the numbers.</typeparam>
    /// <param name="series">The numbers, oldest first.</param>
    /// <param name="validation">The share of all rows that validates, rounded to whole rows; 0 for none. <value>0.15</value></param>
    /// <param name="test">The share of all rows that tests, rounded to whole rows; 0 for none. <value>0.15</value></param>
    /// <param name="gap">Rows left out before the validation part and before the test part, taken from the training part.
    /// <value>0</value></param>
    /// <returns>The three parts, oldest first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share is outside 0 to 1, or the gap negative.</exception>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public static (T[] Train, T[] Validation, T[] Test) Split<T>(T[] series, double validation = 0.15, double test = 0.15, int gap = 0)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(series);
        var (train, middle, last) = Parts(series.Length, validation, test, gap);
        return (series[train], series[middle], series[last]);
    }

    /// <summary>Splits a series of several features.</summary>
    /// <typeparam name="T">The type of the numbers.</typeparam>
    /// <param name="series">The series, of shape (time steps, features), oldest first.</param>
    /// <param name="validation">The share of all rows that validates, rounded to whole rows; 0 for none. <value>0.15</value></param>
    /// <param name="test">The share of all rows that tests, rounded to whole rows; 0 for none. <value>0.15</value></param>
    /// <param name="gap">Rows left out before the validation part and before the test part, taken from the training part.
    /// <value>0</value></param>
    /// <returns>The three parts, oldest first, each of shape (its time steps, features).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share is outside 0 to 1, or the gap negative.</exception>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public static (T[,] Train, T[,] Validation, T[,] Test) Split<T>(T[,] series, double validation = 0.15, double test = 0.15, int gap = 0)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(series);
        var (train, middle, last) = Parts(series.GetLength(0), validation, test, gap);
        return (Part(train), Part(middle), Part(last));

        T[,] Part(Range rows) => Copied<T, T[,]>(series, rows, new T[rows.End.Value - rows.Start.Value, series.GetLength(1)]);
    }

    /// <summary>Splits windows: the inputs or the targets of a framing, each with the same arguments.</summary>
    /// <typeparam name="T">The type of the numbers.</typeparam>
    /// <param name="windows">The windows, of shape (windows, time steps, features), oldest first.</param>
    /// <param name="validation">The share of all windows that validates, rounded to whole windows; 0 for none. <value>0.15</value></param>
    /// <param name="test">The share of all windows that tests, rounded to whole windows; 0 for none. <value>0.15</value></param>
    /// <param name="gap">Windows left out before the validation part and before the test part, taken from the training part.
    /// <value>0</value></param>
    /// <returns>The three parts, oldest first, each of shape (its windows, time steps, features).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share is outside 0 to 1, or the gap negative.</exception>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public static (T[,,] Train, T[,,] Validation, T[,,] Test) Split<T>(
        T[,,] windows,
        double validation = 0.15,
        double test = 0.15,
        int gap = 0)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(windows);
        var (train, middle, last) = Parts(windows.GetLength(0), validation, test, gap);
        return (Part(train), Part(middle), Part(last));

        T[,,] Part(Range rows) =>
            Copied<T, T[,,]>(windows, rows, new T[rows.End.Value - rows.Start.Value, windows.GetLength(1), windows.GetLength(2)]);
    }

    private static (Range Train, Range Validation, Range Test) Parts(int rows, double validation, double test, int gap)
    {
        CheckShare(validation, nameof(validation));
        CheckShare(test, nameof(test));
        if (gap < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(gap), gap, "gap must be at least 0.");
        }
        var tested = (int)Math.Round(rows * test, MidpointRounding.AwayFromZero);
        var validated = (int)Math.Round(rows * validation, MidpointRounding.AwayFromZero);
        var gaps = (long)gap * ((tested > 0 ? 1 : 0) + (validated > 0 ? 1 : 0));
        var trained = rows - tested - validated - gaps;
        if (trained < 1 || (validation > 0 && validated == 0) || (test > 0 && tested == 0))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"TimeSplit expects at least 1 row in each part that is asked for but {rows} rows give {Math.Max(trained, 0)} to train, "
                    + $"{validated} to validate ({validation}) and {tested} to test ({test}), with gaps of {gap}. Give more rows, another "
                    + $"share, or 0 for a part that is not needed."));
        }
        var firstTested = rows - tested;
        var endValidated = tested > 0 ? firstTested - gap : firstTested;
        return (..(int)trained, (endValidated - validated)..endValidated, firstTested..rows);
    }

    private static void CheckShare(double share, string parameter)
    {
        if (share is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(parameter, share, $"{parameter} is a share of the rows: at least 0 and below 1.");
        }
    }

    private static TArray Copied<T, TArray>(TArray source, Range rows, TArray part)
        where T : unmanaged
        where TArray : class
    {
        var from = (Array)(object)source;
        var size = from.GetLength(0) == 0 ? 0 : from.Length / from.GetLength(0);
        ArrayElements.Of<T>(from)[(rows.Start.Value * size)..(rows.End.Value * size)].CopyTo(ArrayElements.Of<T>((Array)(object)part));
        return part;
    }
}
