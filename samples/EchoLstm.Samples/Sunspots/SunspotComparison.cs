namespace EchoLstm.Samples.Sunspots;

/// <summary>The test part's months, each predicted from those before it, by the networks and by what needs none.</summary>
/// <param name="Real">What came.</param>
/// <param name="Predicted">What the networks said.</param>
/// <param name="Network">Their errors.</param>
/// <param name="LastValue">Those of the last month's number.</param>
/// <param name="Linear">Those of the best linear prediction from as many months, fitted to the training part.</param>
internal sealed record SunspotComparison(float[] Real, float[] Predicted, SunspotErrors Network, SunspotErrors LastValue, SunspotErrors Linear)
{
    internal static SunspotComparison Of(SunspotData data, SunspotForecaster forecaster)
    {
        const int Past = SunspotData.Past;
        var (levels, real) = (data.Test.Levels, SunspotData.Targets(data.Test));
        var predicted = data.NextLevels(data.Test, forecaster.Predict(data.Test.X));
        var linear = LinearBaseline.Fit(data.Train.Levels, Past);
        return new SunspotComparison(
            real,
            predicted,
            SunspotErrors.Of(predicted, real),
            SunspotErrors.Of(levels[(Past - 1)..^1], real),
            SunspotErrors.Of([.. Enumerable.Range(0, real.Length).Select(i => linear.Predict(levels.AsSpan(i, Past)))], real));
    }
}
