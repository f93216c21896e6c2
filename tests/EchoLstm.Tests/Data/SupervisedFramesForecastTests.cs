using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class SupervisedFramesForecastTests
{
    [Fact]
    public void A_past_predicts_the_step_after_it()
    {
        var (x, y) = SupervisedFrames.ToForecast([1, 2, 3, 4, 5], new ForecastWindow { Past = 3 });

        x.Should().BeEquivalentTo(new float[,,] { { { 1 }, { 2 }, { 3 } }, { { 2 }, { 3 }, { 4 } } });
        y.Should().BeEquivalentTo(new float[,,] { { { 4 } }, { { 5 } } });
    }

    [Fact]
    public void A_horizon_ahead_with_a_stride_is_as_drawn()
    {
        var series = Enumerable.Range(0, 10).Select(i => (float)i).ToArray();

        var (x, y) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 3, Ahead = 2, Horizon = 2, Stride = 4 });

        x.Should().BeEquivalentTo(new float[,,] { { { 0 }, { 1 }, { 2 } }, { { 4 }, { 5 }, { 6 } } });
        y.Should().BeEquivalentTo(new float[,,] { { { 4 }, { 5 } }, { { 8 }, { 9 } } });
    }

    [Fact]
    public void Inputs_and_targets_are_chosen_columns_in_their_order()
    {
        var series = new float[,] { { 10, 20, 30 }, { 11, 21, 31 }, { 12, 22, 32 }, { 13, 23, 33 } };

        var (x, y) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 2, Horizon = 2, Inputs = [1, 0], Targets = [2] });

        x.Should().BeEquivalentTo(new float[,,] { { { 20, 10 }, { 21, 11 } } });
        y.Should().BeEquivalentTo(new float[,,] { { { 32 }, { 33 } } });
    }

    [Fact]
    public void Each_of_4096_rows_predicts_the_next()
    {
        var (x, y) = SupervisedFrames.ToForecast(new float[4096, 8], new ForecastWindow { Past = 1 });

        (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((4095, 1, 8));
        (y.GetLength(0), y.GetLength(1), y.GetLength(2)).Should().Be((4095, 1, 8));
    }

    [Fact]
    public void Two_years_of_days_predict_the_third()
    {
        var (x, y) = SupervisedFrames.ToForecast(new float[4 * 365, 3], new ForecastWindow { Past = 730, Horizon = 365, Stride = 365, Targets = [0] });

        (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((2, 730, 3));
        (y.GetLength(0), y.GetLength(1), y.GetLength(2)).Should().Be((2, 365, 1));
    }

    [Fact]
    public void A_shifted_target_is_the_next_value_at_each_step()
    {
        var (x, y) = SupervisedFrames.ToShifted([1, 2, 3, 4, 5], steps: 3);

        x.Should().BeEquivalentTo(new float[,,] { { { 1 }, { 2 }, { 3 } }, { { 2 }, { 3 }, { 4 } } });
        y.Should().BeEquivalentTo(new float[,,] { { { 2 }, { 3 }, { 4 } }, { { 3 }, { 4 }, { 5 } } });
    }

    [Fact]
    public void A_target_shifted_by_the_whole_window_is_the_forecast_of_as_many_steps() => Property.Holds(
        from steps in Property.Between(1, 6)
        from length in Property.Between(2 * steps, 30)
        from stride in Property.Between(1, 4)
        from series in Property.Series(length, 2)
        select (series, steps, stride),
        drawn =>
        {
            var shifted = SupervisedFrames.ToShifted(drawn.series, drawn.steps, ahead: drawn.steps, drawn.stride);
            var forecast = SupervisedFrames.ToForecast(drawn.series, new ForecastWindow { Past = drawn.steps, Horizon = drawn.steps, Stride = drawn.stride });

            shifted.X.Cast<float>().Should().Equal(forecast.X.Cast<float>());
            shifted.Y.Cast<float>().Should().Equal(forecast.Y.Cast<float>());
        });

    [Fact]
    public void Windows_are_as_many_as_fit_and_hold_the_steps_they_name() => Property.Holds(
        from past in Property.Between(1, 6)
        from ahead in Property.Between(1, 4)
        from horizon in Property.Between(1, 5)
        from stride in Property.Between(1, 7)
        from length in Property.Between(past + ahead - 1 + horizon, 40)
        select (past, ahead, horizon, stride, length),
        drawn =>
        {
            var (past, ahead, horizon, stride, length) = drawn;
            var series = Enumerable.Range(0, length).Select(i => (float)i).ToArray();

            var (x, y) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = past, Ahead = ahead, Horizon = horizon, Stride = stride });

            var starts = Enumerable.Range(0, length).Where(at => at % stride == 0 && at + past + ahead - 1 + horizon <= length).ToList();
            x.Cast<float>().Should().Equal(starts.SelectMany(at => series[at..(at + past)]));
            y.Cast<float>().Should().Equal(starts.SelectMany(at => series.Skip(at + past + ahead - 1).Take(horizon)));
        });

    [Fact]
    public void All_faults_of_a_window_are_named_together() => Errors.Expect<ArgumentException>(
        () => SupervisedFrames.ToForecast(new float[10, 3], new ForecastWindow { Past = 0, Ahead = -1, Horizon = 0, Stride = 0, Inputs = [], Targets = [1, 3] }),
        "The ForecastWindow does not fit: Past must be at least 1 but is 0; Horizon must be at least 1 but is 0; Ahead must be at least 1 but is -1; "
        + "Stride must be at least 1 but is 0; Inputs is empty: name at least one column, or leave it null for all; "
        + "Targets names column 3 but the series has columns 0 to 2. (Parameter 'window')");

    [Fact]
    public void A_window_longer_than_the_series_is_refused() => Errors.Expect<ArgumentException>(
        () => SupervisedFrames.ToForecast([1, 2, 3, 4, 5, 6], new ForecastWindow { Past = 4, Ahead = 2, Horizon = 2 }),
        "The ForecastWindow does not fit: Past 4, Ahead 2 and Horizon 2 span 7 time steps but the series has 6: shorten them or give a longer series. (Parameter 'window')");

    [Fact]
    public void A_span_beyond_all_integers_is_refused() =>
        FluentActions.Invoking(() => SupervisedFrames.ToForecast([1f], new ForecastWindow { Past = int.MaxValue, Horizon = int.MaxValue })).Should().Throw<ArgumentException>();

    [Fact]
    public void A_shift_beyond_the_series_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToShifted([1, 2, 3], steps: 3),
        "ToShifted expects steps + ahead of at most the series' 3 time steps but received 3 + 1. Shorten the window or give a longer series. "
        + $"(Parameter 'steps'){Environment.NewLine}Actual value was 3.");

    [Theory]
    [InlineData(0, 1, 1, "steps")]
    [InlineData(1, 0, 1, "ahead")]
    [InlineData(1, 1, 0, "stride")]
    public void Numbers_of_a_shift_below_1_are_refused(int steps, int ahead, int stride, string wrong) => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToShifted([1, 2, 3], steps, ahead, stride),
        $"{wrong} must be at least 1. (Parameter '{wrong}'){Environment.NewLine}Actual value was 0.");
}
