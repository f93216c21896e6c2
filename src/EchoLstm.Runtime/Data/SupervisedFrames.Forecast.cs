namespace EchoLstm.Data;

public static partial class SupervisedFrames
{
    /// <summary>Windows with a horizon: a past as input, the future after it as target; one or many steps, of all columns or of chosen
    /// ones.</summary>
    /// <param name="series">The series, of shape (time steps, features), oldest first.</param>
    /// <param name="window">Which past and which future make a sample.</param>
    /// <returns>X of shape (windows, Past, inputs) and Y of shape (windows, Horizon, targets). Steps at the end that fill no window are
    /// left out.</returns>
    /// <exception cref="ArgumentException">The window does not fit the series; all its faults are named.</exception>
    /// <example>
    /// Columns temperature, wind and power; two steps of weather give the next two of power:
    /// <code>
    /// var (x, y) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 2, Horizon = 2, Inputs = [0, 1], Targets = [2] });
    ///
    /// step   t   w   p                  X               Y
    /// 0      t0  w0  p0     window 0    t0 w0, t1 w1    p2, p3
    /// 1      t1  w1  p1     window 1    t1 w1, t2 w2    p3, p4
    /// 2      t2  w2  p2
    /// 3      t3  w3  p3
    /// 4      t4  w4  p4
    /// </code>
    /// </example>
    public static (float[,,] X, float[,,] Y) ToForecast(float[,] series, ForecastWindow window)
    {
        ArgumentNullException.ThrowIfNull(series);
        return ToForecast([series], window);
    }

    /// <summary>The same for several series of equal columns, one's windows after the other's: none lies across the end of a
    /// series.</summary>
    /// <param name="series">The series, each of shape (time steps, features), oldest first.</param>
    /// <param name="window">Which past and which future make a sample.</param>
    /// <returns>X of shape (windows, Past, inputs) and Y of shape (windows, Horizon, targets).</returns>
    /// <exception cref="ArgumentException">There are no series, or the window does not fit one of them, which is named.</exception>
    public static (float[,,] X, float[,,] Y) ToForecast(IReadOnlyList<float[,]> series, ForecastWindow window)
    {
        var ends = WindowEnds(series, window);
        IReadOnlyList<int> all = [.. Enumerable.Range(0, series[0].GetLength(1))];
        var (inputs, targets) = (window.Inputs ?? all, window.Targets ?? all);
        var (x, y) = (NewWindows(ends[^1], window.Past, inputs.Count), NewWindows(ends[^1], window.Horizon, targets.Count));
        for (var (one, i) = (0, 0); one < series.Count; one++)
        {
            for (var row = 0; i < ends[one]; i++, row += window.Stride)
            {
                Cut(series[one], row, window.Past, inputs, x, i);
                Cut(series[one], row + window.Past + window.Ahead - 1, window.Horizon, targets, y, i);
            }
        }
        return (x, y);
    }

    /// <summary>
    /// The same windows in batches that are cut when they are asked for, for series whose windows would not fit in memory: an array of
    /// windows is as much larger than its series as a window is long.
    /// </summary>
    /// <param name="series">The series, of shape (time steps, features), oldest first; it must not change meanwhile.</param>
    /// <param name="window">Which past and which future make a sample.</param>
    /// <param name="batchSize">The number of windows of a batch, at least 1. <value>32</value></param>
    /// <param name="shuffle">Whether each epoch has the windows in an order of its own. <value>false</value></param>
    /// <param name="seed">The seed of these orders. <value>null: another one each time</value></param>
    /// <returns>The batches, for <c>Fit</c> and <c>Evaluate</c>.</returns>
    /// <exception cref="ArgumentException">The window does not fit the series; all its faults are named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">batchSize is below 1.</exception>
    public static WindowBatches Windows(
        float[,] series, ForecastWindow window, int batchSize = 32, bool shuffle = false, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        return Windows([series], window, batchSize, shuffle, seed);
    }

    /// <summary>The same for several series of equal columns: no window lies across the end of a series.</summary>
    /// <param name="series">The series, each of shape (time steps, features), oldest first; they must not change meanwhile.</param>
    /// <param name="window">Which past and which future make a sample.</param>
    /// <param name="batchSize">The number of windows of a batch, at least 1. <value>32</value></param>
    /// <param name="shuffle">Whether each epoch has the windows of all series in an order of its own. <value>false</value></param>
    /// <param name="seed">The seed of these orders. <value>null: another one each time</value></param>
    /// <returns>The batches, for <c>Fit</c> and <c>Evaluate</c>.</returns>
    /// <exception cref="ArgumentException">There are no series, or the window does not fit one of them, which is named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">batchSize is below 1.</exception>
    public static WindowBatches Windows(
        IReadOnlyList<float[,]> series, ForecastWindow window, int batchSize = 32, bool shuffle = false, int? seed = null) =>
        new(series, window, batchSize, shuffle, seed);

    /// <summary>The last window of a series, whose target does not exist yet: what to predict the future from.</summary>
    /// <param name="series">The series, of shape (time steps, features), oldest first.</param>
    /// <param name="window">The window that the model was trained with; its past and inputs count.</param>
    /// <returns>X of shape (1, Past, inputs): the last Past steps.</returns>
    /// <exception cref="ArgumentException">The window's past does not fit the series; all its faults are named.</exception>
    /// <example><code>
    /// float[,] next = model.Predict&lt;float[,]&gt;(SupervisedFrames.Latest(series, window));
    /// </code></example>
    public static float[,,] Latest(float[,] series, ForecastWindow window)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(window);
        var (rows, columns) = (series.GetLength(0), series.GetLength(1));
        window.Check(rows, columns, nameof(window), needsTarget: false);
        IReadOnlyList<int> inputs = window.Inputs ?? [.. Enumerable.Range(0, columns)];
        var latest = NewWindows(1, window.Past, inputs.Count);
        Cut(series, rows - window.Past, window.Past, inputs, latest, 0);
        return latest;
    }

    /// <summary>The same for plain numbers: each is a time step of one feature.</summary>
    /// <param name="series">The numbers, oldest first.</param>
    /// <param name="window">The window that the model was trained with.</param>
    /// <returns>X of shape (1, Past, 1): the last Past numbers.</returns>
    /// <exception cref="ArgumentException">The window's past does not fit the series; all its faults are named.</exception>
    public static float[,,] Latest(IReadOnlyList<float> series, ForecastWindow window) => Latest(Column(series), window);

    /// <summary>The same for plain numbers: each is a time step of one feature.</summary>
    /// <param name="series">The numbers, oldest first.</param>
    /// <param name="window">Which past and which future make a sample.</param>
    /// <returns>X of shape (windows, Past, 1) and Y of shape (windows, Horizon, 1).</returns>
    /// <exception cref="ArgumentException">The window does not fit the series; all its faults are named.</exception>
    public static (float[,,] X, float[,,] Y) ToForecast(IReadOnlyList<float> series, ForecastWindow window) =>
        ToForecast(Column(series), window);

    /// <summary>
    /// Windows whose target is the window itself, some steps later: at each time step the model learns what comes next, from that step and
    /// those before it. For layers that return sequences.
    /// </summary>
    /// <param name="series">The series, of shape (time steps, features), oldest first.</param>
    /// <param name="steps">Time steps of a window, at least 1.</param>
    /// <param name="ahead">How many steps later the target is, at least 1. <value>1</value></param>
    /// <param name="stride">Time steps from the start of one window to the start of the next, at least 1. <value>1</value></param>
    /// <returns>X and Y, both of shape (windows, steps, features).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the series is shorter than steps + ahead.</exception>
    /// <example>
    /// Five rows a to e, <c>steps: 3</c>:
    /// <code>
    /// a b c d e      X        Y
    /// |---|          a b c    b c d
    ///   |---|        b c d    c d e
    /// </code>
    /// </example>
    public static (float[,,] X, float[,,] Y) ToShifted(float[,] series, int steps, int ahead = 1, int stride = 1)
    {
        ArgumentNullException.ThrowIfNull(series);
        AtLeastOne(steps, nameof(steps));
        AtLeastOne(ahead, nameof(ahead));
        AtLeastOne(stride, nameof(stride));
        var (rows, columns) = (series.GetLength(0), series.GetLength(1));
        var span = (long)steps + ahead;
        if (span > rows)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, string.Create(
                CultureInfo.InvariantCulture,
                $"ToShifted expects steps + ahead of at most the series' {rows} time steps but received {steps} + {ahead}. Shorten the "
                    + $"window or give a longer series."));
        }
        var windows = (int)((rows - span) / stride) + 1;
        int[] all = [.. Enumerable.Range(0, columns)];
        var (x, y) = (NewWindows(windows, steps, columns), NewWindows(windows, steps, columns));
        for (var i = 0; i < windows; i++)
        {
            Cut(series, i * stride, steps, all, x, i);
            Cut(series, (i * stride) + ahead, steps, all, y, i);
        }
        return (x, y);
    }

    /// <summary>The same for plain numbers: each is a time step of one feature.</summary>
    /// <param name="series">The numbers, oldest first.</param>
    /// <param name="steps">Time steps of a window, at least 1.</param>
    /// <param name="ahead">How many steps later the target is, at least 1. <value>1</value></param>
    /// <param name="stride">Time steps from the start of one window to the start of the next, at least 1. <value>1</value></param>
    /// <returns>X and Y, both of shape (windows, steps, 1).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the series is shorter than steps + ahead.</exception>
    public static (float[,,] X, float[,,] Y) ToShifted(IReadOnlyList<float> series, int steps, int ahead = 1, int stride = 1) =>
        ToShifted(Column(series), steps, ahead, stride);

    /// <summary>How many windows there are up to and with each series, after a check.</summary>
    internal static long[] WindowEnds(IReadOnlyList<float[,]> series, ForecastWindow window)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(window);
        if (series.Count == 0)
        {
            throw new ArgumentException("There are no series to take windows from. Give at least one.", nameof(series));
        }
        var ends = new long[series.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            if (series[i] is null)
            {
                throw new ArgumentNullException(nameof(series), string.Create(CultureInfo.InvariantCulture, $"series[{i}] is null."));
            }
            var (rows, columns) = (series[i].GetLength(0), series[i].GetLength(1));
            if (columns != series[0].GetLength(1))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"series[{i}] has {columns} columns, but series[0] has {series[0].GetLength(1)}. Give series of equal columns."),
                    nameof(series));
            }
            window.Check(rows, columns, nameof(window), series.Count == 1 ? null : i);
            ends[i] = (i == 0 ? 0 : ends[i - 1]) + ((rows - window.Span) / window.Stride) + 1;
        }
        return ends;
    }

    /// <summary>Copies steps of a series to a place among windows.</summary>
    internal static void Cut(float[,] series, int row, int steps, IReadOnlyList<int> columns, float[,,] windows, int place)
    {
        var width = series.GetLength(1);
        var from = ArrayElements.Of<float>(series).Slice(checked(row * width), steps * width);
        var to = ArrayElements.Of<float>(windows).Slice(place * steps * columns.Count, steps * columns.Count);
        if (columns.Count == width && columns.Index().All(column => column.Index == column.Item))
        {
            from.CopyTo(to);
            return;
        }
        for (var step = 0; step < steps; step++)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                to[(step * columns.Count) + column] = from[(step * width) + columns[column]];
            }
        }
    }

    private static float[,,] NewWindows(long windows, int steps, int columns)
    {
        SizeGuard.CheckArray("The windows", (decimal)windows * steps * columns, "Take a longer stride, or batches of Windows.");
        return new float[windows, steps, columns];
    }

    private static void AtLeastOne(int value, string parameter)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(parameter, value, $"{parameter} must be at least 1.");
        }
    }
}
