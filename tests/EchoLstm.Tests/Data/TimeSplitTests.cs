using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class TimeSplitTests
{
    private static readonly int[] Days = [.. Enumerable.Range(0, 10)];

    [Fact]
    public void The_oldest_train_and_the_newest_test()
    {
        var (train, validation, test) = TimeSplit.Split(Days, validation: 0.2, test: 0.2);

        train.Should().Equal(0, 1, 2, 3, 4, 5);
        validation.Should().Equal(6, 7);
        test.Should().Equal(8, 9);
    }

    [Fact]
    public void A_gap_is_as_drawn()
    {
        var (train, validation, test) = TimeSplit.Split(Days, validation: 0.2, test: 0.2, gap: 1);

        train.Should().Equal(0, 1, 2, 3);
        validation.Should().Equal(5, 6);
        test.Should().Equal(8, 9);
    }

    [Fact]
    public void A_part_that_is_not_needed_is_empty_and_has_no_gap()
    {
        var (train, validation, test) = TimeSplit.Split(Days, validation: 0.3, test: 0, gap: 2);

        train.Should().Equal(0, 1, 2, 3, 4);
        validation.Should().Equal(7, 8, 9);
        test.Should().BeEmpty();
    }

    [Fact]
    public void Seventy_fifteen_fifteen_by_default()
    {
        var (train, validation, test) = TimeSplit.Split(new float[100, 2]);

        (train.GetLength(0), validation.GetLength(0), test.GetLength(0)).Should().Be((70, 15, 15));
    }

    [Fact]
    public void Half_a_row_is_a_row_of_the_part_that_asked_for_it()
    {
        var (train, validation, test) = TimeSplit.Split(Days, validation: 0.25, test: 0.25);

        (train.Length, validation.Length, test.Length).Should().Be((4, 3, 3));
    }

    [Fact]
    public void A_series_of_several_features_is_cut_along_time()
    {
        var (train, validation, test) = TimeSplit.Split(new float[,] { { 1, 10 }, { 2, 20 }, { 3, 30 }, { 4, 40 } }, 0.25, 0.25);

        train.Should().BeEquivalentTo(new float[,] { { 1, 10 }, { 2, 20 } });
        validation.Should().BeEquivalentTo(new float[,] { { 3, 30 } });
        test.Should().BeEquivalentTo(new float[,] { { 4, 40 } });
    }

    [Fact]
    public void A_gap_of_a_window_less_one_leaves_no_shared_steps()
    {
        var (x, _) = SupervisedFrames.ToForecast([.. Enumerable.Range(0, 60).Select(i => (float)i)], new ForecastWindow { Past = 5 });

        var (train, validation, test) = TimeSplit.Split(x, 0.2, 0.2, gap: 4);

        train.Cast<float>().Max().Should().BeLessThan(validation.Cast<float>().Min());
        validation.Cast<float>().Max().Should().BeLessThan(test.Cast<float>().Min());
    }

    [Fact]
    public void Without_a_gap_the_parts_are_the_whole_in_order() => Property.Holds(
        from rows in Property.Between(10, 60)
        from validation in Property.Between(10, 40)
        from test in Property.Between(10, 40)
        from series in Property.Series(rows, 2)
        select (series, validation, test),
        drawn =>
        {
            var (train, validation, test) = TimeSplit.Split(drawn.series, drawn.validation / 100.0, drawn.test / 100.0);

            train.Cast<float>().Concat(validation.Cast<float>()).Concat(test.Cast<float>()).Should().Equal(drawn.series.Cast<float>());
        });

    [Fact]
    public void A_part_without_rows_is_refused() => Errors.Expect<ArgumentException>(
        () => TimeSplit.Split(new[] { 1, 2, 3 }, validation: 0.1, test: 0.3),
        "TimeSplit expects at least 1 row in each part that is asked for but 3 rows give 2 to train, 0 to validate (0.1) and 1 to test (0.3), with gaps of 0. "
        + "Give more rows, another share, or 0 for a part that is not needed.");

    [Fact]
    public void Gaps_that_leave_nothing_to_train_are_refused() => Errors.Expect<ArgumentException>(
        () => TimeSplit.Split(Days, validation: 0.2, test: 0.2, gap: 3),
        "TimeSplit expects at least 1 row in each part that is asked for but 10 rows give 0 to train, 2 to validate (0.2) and 2 to test (0.2), with gaps of 3. "
        + "Give more rows, another share, or 0 for a part that is not needed.");

    [Theory]
    [InlineData(1.0)]
    [InlineData(-0.1)]
    public void A_share_outside_0_to_1_is_refused(double share) => Errors.Expect<ArgumentOutOfRangeException>(
        () => TimeSplit.Split(Days, validation: share),
        FormattableString.Invariant($"validation is a share of the rows: at least 0 and below 1. (Parameter 'validation'){Environment.NewLine}Actual value was {share}."));

    [Fact]
    public void A_negative_gap_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => TimeSplit.Split(Days, gap: -1),
        $"gap must be at least 0. (Parameter 'gap'){Environment.NewLine}Actual value was -1.");
}
