namespace EchoLstm.Pictures;

/// <summary>A picture of series over one axis, such as what was expected and what a model predicted.</summary>
/// <remarks>The file is one SVG that needs nothing else, and follows the light or dark colours of what shows it.</remarks>
/// <example><code>
/// new SeriesPlot("The echo") { XLabel = "time step" }
///     .Add("expected", sequence)
///     .Add("predicted", predicted)
///     .Save("predictions.svg");
/// </code></example>
public sealed class SeriesPlot
{
    private readonly string _title;
    private readonly List<Curve> _curves = [];

    /// <summary>An empty plot.</summary>
    /// <param name="title">What is written above. <value>null: nothing</value></param>
    public SeriesPlot(string? title = null) => _title = title ?? "";

    /// <summary>What the values are, written at the top of their axis. <value>empty</value></summary>
    public string YLabel { get; init; } = "";

    /// <summary>What they are drawn over, e.g. <c>time step</c> or <c>year</c>. <value>empty</value></summary>
    public string XLabel { get; init; } = "";

    /// <summary>Adds a series, in a colour of its own.</summary>
    /// <param name="name">What it is, e.g. <c>expected</c>.</param>
    /// <param name="values">Its values, at least one; one that is NaN or infinite leaves a gap.</param>
    /// <param name="start">Where the first value lies on the axis below. <value>0</value></param>
    /// <param name="step">How far each lies from the one before, above 0. <value>1</value></param>
    /// <returns>This plot.</returns>
    /// <exception cref="ArgumentException">Name or values are empty, start is not finite, or step is no finite number above 0.</exception>
    public SeriesPlot Add(string name, IReadOnlyList<float> values, double start = 0, double step = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
        {
            throw new ArgumentException($"The series '{name}' is empty: expected at least one value.", nameof(values));
        }
        if (!double.IsFinite(start))
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, "start is a finite number.");
        }
        if (step <= 0 || !double.IsFinite(start + (values.Count * step)))
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, "step is a finite number above 0.");
        }
        var places = Enumerable.Range(0, values.Count).Select(i => start + (i * step));
        _curves.Add(new Curve(name, _curves.Count, [.. places], [.. values.Select(value => (double)value)]));
        return this;
    }

    /// <summary>Writes the picture as SVG. A file that is there is replaced at once, when the new one is complete.</summary>
    /// <param name="path">The file to write, which ends in <c>.svg</c>, e.g. <c>predictions.svg</c>; a missing folder is made.</param>
    /// <exception cref="InvalidOperationException">The plot has no series.</exception>
    /// <exception cref="ArgumentException">The path is empty or ends in anything else; nothing was written.</exception>
    /// <exception cref="IOException">The path is a folder, or writing failed; a file that was there is as it was.</exception>
    public void Save(string path) => SvgFile.Write(path, ToSvg);

    internal string ToSvg()
    {
        if (_curves.Count == 0)
        {
            throw new InvalidOperationException("The plot has no series: call Add first.");
        }
        var whole = _curves.All(curve => curve.X.All(double.IsInteger));
        var names = string.Join(", ", _curves.Select(curve => curve.Name));
        return ChartSheet.Draw(_title, $"Plot of {names}", [new Chart(YLabel, XLabel, _curves, MayBeLog: false, whole)]);
    }
}
