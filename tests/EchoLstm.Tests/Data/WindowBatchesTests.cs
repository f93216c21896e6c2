using EchoLstm.Data;

namespace EchoLstm.Tests.Data;

/// <summary>Windows of one or many series, all at once or in batches, and the latest one.</summary>
public class WindowBatchesTests
{
    private static readonly float[,] Series = Counted(7, 0);
    private static readonly ForecastWindow Window = new() { Past = 3, Horizon = 2, Targets = [1] };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public void Batches_are_the_windows_that_are_cut_at_once(int batchSize)
    {
        float[][,] series = [Counted(7, 0), Counted(5, 100), Counted(9, 200)];
        var window = new ForecastWindow { Past = 3, Horizon = 2, Stride = 2, Inputs = [1, 0], Targets = [0] };
        var (x, y) = SupervisedFrames.ToForecast(series, window);

        var batches = SupervisedFrames.Windows(series, window, batchSize);

        batches.Windows.Should().Be(x.GetLength(0));
        batches.Count.Should().Be((x.GetLength(0) + batchSize - 1) / batchSize);
        batches.SelectMany(batch => batch.X.Values()).Should().Equal(x.Values());
        batches.SelectMany(batch => batch.Y.Values()).Should().Equal(y.Values());
        batches.SelectMany(batch => batch.X.Values()).Should().Equal(x.Values(), "each time begins anew");
    }

    [Fact]
    public void No_window_lies_across_the_end_of_a_series()
    {
        float[][,] series = [Counted(5, 0), Counted(6, 100)];
        var (x, y) = SupervisedFrames.ToForecast(series, Window);

        x.Values().Should().Equal(0, 0.5, 1, 1.5, 2, 2.5, 100, 100.5, 101, 101.5, 102, 102.5, 101, 101.5, 102, 102.5, 103, 103.5);
        y.Values().Should().Equal(3.5, 4.5, 103.5, 104.5, 104.5, 105.5);
    }

    [Fact]
    public void Shuffled_batches_have_every_window_once_in_an_order_of_each_epoch()
    {
        var batches = SupervisedFrames.Windows(Counted(500, 0), new ForecastWindow { Past = 1 }, batchSize: 64, shuffle: true, seed: 1);

        double[] first = [.. batches.SelectMany(batch => batch.X.Values())], second = [.. batches.SelectMany(batch => batch.X.Values())];

        first.Should().NotEqual(second);
        first.Should().BeEquivalentTo(second);
        first.Should().NotBeInAscendingOrder();
        SupervisedFrames.Windows(Counted(500, 0), new ForecastWindow { Past = 1 }, batchSize: 64, shuffle: true, seed: 1)
            .SelectMany(batch => batch.X.Values()).Should().Equal(first);
    }

    [Fact]
    public void The_latest_window_is_the_past_of_a_future_that_is_not_there_yet()
    {
        SupervisedFrames.Latest(Series, Window).Values().Should().Equal(4, 4.5, 5, 5.5, 6, 6.5);
        SupervisedFrames.Latest(Series, new ForecastWindow { Past = 2, Horizon = 99, Inputs = [1] }).Values().Should().Equal(5.5, 6.5);
        SupervisedFrames.Latest([1f, 2, 3], new ForecastWindow { Past = 2 }).Values().Should().Equal(2, 3);
    }

    [Fact]
    public void What_does_not_fit_is_an_error()
    {
        Errors.Expect<ArgumentException>(
            () => SupervisedFrames.Latest(Series, new ForecastWindow { Past = 8 }),
            "The ForecastWindow does not fit: Past 8 is longer than the series, which has 7 time steps: give its last 8 or more. (Parameter 'window')");
        Errors.Expect<ArgumentException>(
            () => SupervisedFrames.Windows([Series, Counted(4, 0)], Window),
            "The ForecastWindow does not fit: Past 3, Ahead 1 and Horizon 2 span 5 time steps but series[1] has 4: shorten them or give a longer series, or leave it out. (Parameter 'window')");
        Errors.Expect<ArgumentException>(
            () => SupervisedFrames.ToForecast([Series, new float[9, 3]], Window),
            "series[1] has 3 columns, but series[0] has 2. Give series of equal columns. (Parameter 'series')");
        Errors.Expect<ArgumentException>(
            () => SupervisedFrames.ToForecast(Array.Empty<float[,]>(), Window),
            "There are no series to take windows from. Give at least one. (Parameter 'series')");
        Errors.Expect<ArgumentNullException>(() => SupervisedFrames.Windows([Series, null!], Window), "series[1] is null. (Parameter 'series')");
        Assert.Throws<ArgumentOutOfRangeException>(() => SupervisedFrames.Windows(Series, Window, batchSize: 0));
    }

    // Two columns: step, step + 0.5.
    private static float[,] Counted(int rows, float from)
    {
        var series = new float[rows, 2];
        for (var i = 0; i < rows; i++)
        {
            (series[i, 0], series[i, 1]) = (from + i, from + i + 0.5f);
        }
        return series;
    }
}
