using EchoLstm.Data;

namespace EchoLstm.Samples.Sunspots;

/// <summary>One part of the series, as windows.</summary>
/// <param name="X">Two years of level and change, scaled, (windows, 24, 2).</param>
/// <param name="Y">Those of the month after, (windows, 1, 2).</param>
/// <param name="Levels">The part's numbers as they are.</param>
/// <param name="First">The month of the first of them.</param>
internal sealed record SunspotPart(float[,,] X, float[,,] Y, float[] Levels, int First);

/// <summary>
/// The series split by time and framed. A month is its level and its change since the month before: from the level alone a network has to learn that next month is
/// much like this one.
/// </summary>
internal sealed class SunspotData
{
    internal const int Past = 24;
    private const int Level = 0, Change = 1;

    private readonly FeatureScaler _scaler;

    internal SunspotData()
    {
        var levels = SunspotSeries.Read();
        // The first month has no month before it.
        var table = new float[levels.Length - 1, 2];
        for (var month = 1; month < levels.Length; month++)
        {
            (table[month - 1, Level], table[month - 1, Change]) = (levels[month], levels[month] - levels[month - 1]);
        }
        var (train, validation, test) = TimeSplit.Split(table, validation: 0.15, test: 0.15);
        _scaler = new StandardScaler().Fit(train);
        Train = Part(train, 1);
        Validation = Part(validation, Train.First + Train.Levels.Length);
        Test = Part(test, Validation.First + Validation.Levels.Length);
    }

    internal SunspotPart Train { get; }

    internal SunspotPart Validation { get; }

    internal SunspotPart Test { get; }

    /// <summary>A part's numbers that are targets: those after its first window.</summary>
    internal static float[] Targets(SunspotPart part) => part.Levels[Past..];

    /// <summary>The levels that predictions of the next month stand for: the last known level and the predicted change.</summary>
    internal float[] NextLevels(SunspotPart part, float[,,] predictions)
    {
        var real = _scaler.InverseTransform(predictions);
        return [.. Enumerable.Range(0, real.GetLength(0)).Select(window => part.Levels[Past - 1 + window] + real[window, 0, Change])];
    }

    /// <summary>The levels of a forecast of many months.</summary>
    internal float[] Levels(float[,,] forecast)
    {
        var real = _scaler.InverseTransform(forecast);
        return [.. Enumerable.Range(0, real.GetLength(1)).Select(step => real[0, step, Level])];
    }

    private SunspotPart Part(float[,] table, int first)
    {
        var (x, y) = SupervisedFrames.ToForecast(_scaler.Transform(table), new ForecastWindow { Past = Past });
        return new SunspotPart(x, y, [.. Enumerable.Range(0, table.GetLength(0)).Select(row => table[row, Level])], first);
    }
}
