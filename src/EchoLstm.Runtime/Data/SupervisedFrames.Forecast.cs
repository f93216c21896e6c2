using System.Globalization;

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
        ArgumentNullException.ThrowIfNull(window);
        var (rows, columns) = (series.GetLength(0), series.GetLength(1));
        window.Check(rows, columns, nameof(window));
        var windows = (int)((rows - window.Span) / window.Stride) + 1;
        IReadOnlyList<int> all = [.. Enumerable.Range(0, columns)];
        return (
            Cut(series, windows, window.Stride, 0, window.Past, window.Inputs ?? all),
            Cut(series, windows, window.Stride, window.Past + window.Ahead - 1, window.Horizon, window.Targets ?? all));
    }

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
        IReadOnlyList<int> all = [.. Enumerable.Range(0, columns)];
        return (Cut(series, windows, stride, 0, steps, all), Cut(series, windows, stride, ahead, steps, all));
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

    private static float[,,] Cut(float[,] series, int windows, int stride, int offset, int steps, IReadOnlyList<int> columns)
    {
        SizeGuard.CheckArray("The windows", (decimal)windows * steps * columns.Count, "Take shorter windows, or a longer stride.");
        var cut = new float[windows, steps, columns.Count];
        for (var window = 0; window < windows; window++)
        {
            for (var step = 0; step < steps; step++)
            {
                for (var column = 0; column < columns.Count; column++)
                {
                    cut[window, step, column] = series[(window * stride) + offset + step, columns[column]];
                }
            }
        }
        return cut;
    }

    private static void AtLeastOne(int value, string parameter)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(parameter, value, $"{parameter} must be at least 1.");
        }
    }
}
