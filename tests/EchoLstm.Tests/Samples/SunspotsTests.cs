using EchoLstm.Samples.Sunspots;
using EchoLstm.Tests.Pictures;

namespace EchoLstm.Tests.Samples;

/// <summary>The forecast of a real series: it uses what it may know, and is better than what needs no network.</summary>
public class SunspotsTests
{
    private const int Epochs = 200;

    [Fact]
    public void The_series_is_whole()
    {
        var numbers = SunspotSeries.Read();

        numbers.Should().HaveCount(235 * 12).And.OnlyContain(number => number >= 0 && number < 300);
        (numbers[0], numbers[^1], SunspotSeries.Name(0), SunspotSeries.Name(numbers.Length - 1)).Should().Be((58.0f, 33.4f, "1749-01", "1983-12"));
        numbers.Max().Should().Be(253.8f);
    }

    [Fact]
    public void The_parts_follow_each_other_and_only_the_first_is_measured()
    {
        var (data, levels) = (new SunspotData(), SunspotSeries.Read());

        new[] { data.Train, data.Validation, data.Test }.SelectMany(part => part.Levels).Should().Equal(levels.Skip(1));
        (data.Train.First, data.Validation.First - data.Train.Levels.Length, data.Test.First + data.Test.Levels.Length).Should().Be((1, 1, levels.Length));
        // Scaled by the training part alone, its levels have mean 0 and deviation 1; the later, stronger cycles do not.
        Deviation(data.Train).Should().BeApproximately(1, 0.02);
        Deviation(data.Test).Should().BeGreaterThan(1.1);
        // What is predicted is the month after the window.
        data.NextLevels(data.Test, data.Test.Y).Zip(SunspotData.Targets(data.Test), (back, real) => Math.Abs(back - real)).Max().Should().BeLessThan(1e-3f);
    }

    [Fact]
    public void The_linear_baseline_finds_a_linear_rule()
    {
        var series = new float[200];
        (series[0], series[1]) = (1, 3);
        for (var i = 2; i < series.Length; i++)
        {
            series[i] = (1.5f * series[i - 1]) - (0.8f * series[i - 2]) + 2 + MathF.Sin(i * i);
        }
        // Sin(i * i) is noise to it; of the noise-free rule it is off by as much as the noise teaches.
        LinearBaseline.Fit(series, 2).Predict([4, 5]).Should().BeApproximately((1.5f * 5) - (0.8f * 4) + 2, 0.25f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    public void The_networks_beat_the_last_month_and_the_linear_prediction(int seed)
    {
        var data = new SunspotData();
        using var forecaster = new SunspotForecaster(seed);

        using var folder = new TemporaryFolder();
        var histories = forecaster.Train(data, Epochs, verbose: 0, folder.Path);
        folder.Names.Should().HaveCount(SunspotForecaster.Networks);
        var comparison = SunspotComparison.Of(data, forecaster);

        histories.Should().OnlyContain(history => history.Epochs.Count < Epochs, "each stops early");
        comparison.Network.Squared.Should().BeLessThan(comparison.Linear.Squared).And.BeLessThan(0.93 * comparison.LastValue.Squared);
        comparison.Network.Absolute.Should().BeLessThan(comparison.Linear.Absolute).And.BeLessThan(0.95 * comparison.LastValue.Absolute);
        comparison.Linear.Squared.Should().BeInRange(17.6, 17.9, "the baseline itself is as good as it gets");
    }

    [Fact]
    public void The_command_tells_it_all_and_draws_it()
    {
        using var folder = new TemporaryFolder();
        var run = SampleProgram.Run("sunspots", "--epochs", "3", "--plot", folder.Path);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Contain(["Training:   1973 months, 1749-02 to 1913-06", "Total params: 1,250", "Pictures: sunspots-loss.svg, sunspots-model.svg, sunspots-predictions.svg in " + folder.Path])
            .And.Contain(line => line.StartsWith("the last month again           19.42     14.33", StringComparison.Ordinal))
            .And.ContainSingle(line => line.StartsWith("sunspots: 1,250 parameters a network", StringComparison.Ordinal) && line.EndsWith("engine Fused: every layer has a kernel", StringComparison.Ordinal));
        SvgText.Texts(File.ReadAllText(folder.File("sunspots-predictions.svg"))).Should().StartWith(["Monthly sunspot numbers, the test part", "real", "predicted a month ahead", "forecast from its own predictions"]).And.Contain("1960");
    }

    private static double Deviation(SunspotPart part)
    {
        List<double> levels = [.. Enumerable.Range(0, part.X.GetLength(0)).Select(window => (double)part.X[window, 0, 0])];
        return Math.Sqrt(levels.Average(level => level * level));
    }
}
