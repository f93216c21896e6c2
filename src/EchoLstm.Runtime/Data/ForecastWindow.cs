namespace EchoLstm.Data;

/// <summary>Which past, and which future after it, make a sample for
/// <see cref="SupervisedFrames.ToForecast(float[,], ForecastWindow)"/>.</summary>
/// <example>
/// Three steps of past, two of future that begin two steps after it, a window every four steps:
/// <code>
/// new ForecastWindow { Past = 3, Ahead = 2, Horizon = 2, Stride = 4 }
///
/// step       0  1  2  3  4  5  6  7  8  9
/// window 0   x  x  x     y  y
/// window 1               x  x  x     y  y
/// </code>
/// </example>
public sealed class ForecastWindow
{
    /// <summary>Time steps of the input, at least 1.</summary>
    public required int Past { get; init; }

    /// <summary>Time steps of the target, at least 1. <value>1</value></summary>
    public int Horizon { get; init; } = 1;

    /// <summary>Time steps from the last of the input to the first of the target, at least 1. <value>1: the target follows at
    /// once</value></summary>
    public int Ahead { get; init; } = 1;

    /// <summary>Time steps from the start of one window to the start of the next, at least 1. <value>1</value></summary>
    public int Stride { get; init; } = 1;

    /// <summary>The columns of the series that the input holds, in this order. <value>null: all of them</value></summary>
    public IReadOnlyList<int>? Inputs { get; init; }

    /// <summary>The columns of the series that the target holds, in this order. <value>null: all of them</value></summary>
    public IReadOnlyList<int>? Targets { get; init; }

    /// <summary>Time steps from the first of the input to the last of the target, both included.</summary>
    public long Span => (long)Past + Ahead - 1 + Horizon;

    /// <summary>Throws with all that is wrong with it for a series of this size.</summary>
    internal void Check(int rows, int columns, string parameter, int? series = null, bool needsTarget = true)
    {
        var faults = new List<string>();
        AtLeastOne(Past, nameof(Past));
        AtLeastOne(Horizon, nameof(Horizon));
        AtLeastOne(Ahead, nameof(Ahead));
        AtLeastOne(Stride, nameof(Stride));
        Columns(Inputs, nameof(Inputs));
        Columns(Targets, nameof(Targets));
        if (faults.Count == 0 && !needsTarget && Past > rows)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"Past {Past} is longer than the series, which has {rows} time steps: give its last {Past} or more"));
        }
        if (faults.Count == 0 && needsTarget && Span > rows)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"Past {Past}, Ahead {Ahead} and Horizon {Horizon} span {Span} time steps "
                    + $"but {(series is null ? "the series" : $"series[{series}]")} has {rows}: shorten them or give "
                    + $"a longer series{(series is null ? "" : ", or leave it out")}"));
        }
        if (faults.Count > 0)
        {
            throw new ArgumentException($"The ForecastWindow does not fit: {string.Join("; ", faults)}.", parameter);
        }

        void AtLeastOne(int value, string name)
        {
            if (value < 1)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be at least 1 but is {value}"));
            }
        }

        void Columns(IReadOnlyList<int>? chosen, string name)
        {
            if (chosen is { Count: 0 })
            {
                faults.Add($"{name} is empty: name at least one column, or leave it null for all");
            }
            foreach (var column in chosen ?? [])
            {
                if (column < 0 || column >= columns)
                {
                    faults.Add(string.Create(CultureInfo.InvariantCulture,
                        $"{name} names column {column} but the series has columns 0 to {columns - 1}"));
                }
            }
        }
    }
}
