using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class FeatureScalerTests
{
    [Fact]
    public void Min_max_brings_each_feature_to_0_and_1()
    {
        var scaled = new MinMaxScaler().Fit(new float[,] { { 10, -1 }, { 15, 0 }, { 20, 3 } }).Transform(new float[,] { { 10, -1 }, { 15, 1 }, { 20, 3 } });

        scaled.Should().BeEquivalentTo(new[,] { { 0f, 0f }, { 0.5f, 0.5f }, { 1f, 1f } });
    }

    [Fact]
    public void Min_max_takes_other_ends_and_leaves_them_for_what_it_has_not_seen() =>
        new MinMaxScaler(-1, 1).Fit([0, 4]).Transform([0f, 1, 2, 4, 8]).Should().Equal(-1, -0.5f, 0, 1, 3);

    [Fact]
    public void An_unscaled_echo_becomes_the_linear_sequence() =>
        new MinMaxScaler(0, 0.8f).Fit([0, 1, 2, 3, 4]).Transform([0f, 1, 2, 3, 4]).Values().ShouldMatch(EchoSequence.Linear(5).Values(), Tolerance.Float32);

    [Fact]
    public void Standard_brings_each_feature_to_mean_0_and_deviation_1()
    {
        // Population deviation: of 2, 4, 4, 4, 5, 5, 7, 9 it is 2, the mean 5.
        var scaler = new StandardScaler().Fit([2, 4, 4, 4, 5, 5, 7, 9]);

        scaler.Transform([5f, 7, 1]).Should().Equal(0, 1, -2);
        scaler.InverseTransform([0f, 1, -2]).Should().Equal(5, 7, 1);
    }

    [Fact]
    public void Standard_survives_a_mean_that_dwarfs_the_deviation() =>
        new StandardScaler().Fit([16_000_000, 16_000_002, 16_000_000, 16_000_002]).Transform([16_000_000f, 16_000_002f]).Should().Equal(-1, 1);

    [Theory]
    [MemberData(nameof(Scalers))]
    public void A_constant_feature_scales_without_NaN_and_comes_back(FeatureScaler scaler, float low)
    {
        scaler.Fit(new float[,] { { 7, 1 }, { 7, 2 }, { 7, 4 } });

        var scaled = scaler.Transform(new float[,] { { 7, 1 }, { 7, 4 } });

        scaled[0, 0].Should().Be(low);
        scaled[1, 0].Should().Be(low);
        scaler.InverseTransform(scaled).Values().ShouldMatch([7, 1, 7, 4], Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Scalers))]
    public void Inverse_gives_back_what_was_scaled(FeatureScaler scaler, float low)
    {
        _ = low;
        Property.Holds(
            from rows in Property.Between(1, 12)
            from features in Property.Between(1, 4)
            from series in Property.Series(rows, features)
            select series,
            series =>
            {
                scaler.Fit(series);
                var again = scaler.InverseTransform(scaler.Transform(series));

                // Scaling rounds once to 24 bits of the feature's range.
                var range = series.Cast<float>().Max(Math.Abs) + 1e-30;
                again.Values().ShouldMatch(series.Values(), new Tolerance(range * 1e-6));
            });
    }

    [Fact]
    public void Min_max_keeps_its_training_data_between_its_ends() => Property.Holds(
        Property.Between(1, 20).SelectMany(rows => Property.Series(rows, 2)),
        series => new MinMaxScaler().Fit(series).Transform(series).Cast<float>().Should().OnlyContain(value => value >= 0 && value <= 1));

    [Fact]
    public void Windows_scale_as_the_series_they_are_cut_from()
    {
        var series = new float[,] { { 1, 100 }, { 2, 300 }, { 4, 200 }, { 8, 500 } };
        var scaler = new StandardScaler().Fit(series);
        var window = new ForecastWindow { Past = 2 };

        scaler.Transform(SupervisedFrames.ToForecast(series, window).X).Should().BeEquivalentTo(SupervisedFrames.ToForecast(scaler.Transform(series), window).X);
    }

    [Fact]
    public void Predictions_of_chosen_columns_come_back_on_their_scale()
    {
        var scaler = new MinMaxScaler().Fit(new float[,] { { 0, 0, 100 }, { 1, 10, 200 } });

        scaler.ForColumns(2).InverseTransform(new[,,] { { { 0.25f }, { 1f } } }).Should().BeEquivalentTo(new[,,] { { { 125f }, { 200f } } });
        scaler.ForColumns(2, 1).Transform(new float[,] { { 150, 5 } }).Should().BeEquivalentTo(new[,] { { 0.5f, 0.5f } });
        scaler.Transform(new float[,] { { 0, 0, 100 } }).Should().BeEquivalentTo(new float[,] { { 0, 0, 0 } }, "the scaler itself stays as it was");
    }

    [Fact]
    public void Fitting_again_forgets_and_scaling_changes_no_input()
    {
        var scaler = new MinMaxScaler();
        scaler.IsFitted.Should().BeFalse();
        float[] values = [0, 10];
        scaler.Fit(values).Fit([0, 5]);

        scaler.Transform(values).Should().Equal(0, 2);
        values.Should().Equal(0, 10);
        scaler.IsFitted.Should().BeTrue();
    }

    [Fact]
    public void Scaling_before_fitting_is_refused() => Errors.Expect<InvalidOperationException>(
        () => new MinMaxScaler().Transform([1f]),
        "MinMaxScaler.Transform needs a fitted scaler: call Fit with the training data first.");

    [Fact]
    public void Scaling_back_before_fitting_is_refused() => Errors.Expect<InvalidOperationException>(
        () => new StandardScaler().InverseTransform(new float[1, 1]),
        "StandardScaler.InverseTransform needs a fitted scaler: call Fit with the training data first.");

    [Fact]
    public void Choosing_columns_before_fitting_is_refused() => Errors.Expect<InvalidOperationException>(
        () => new StandardScaler().ForColumns(0),
        "StandardScaler.ForColumns needs a fitted scaler: call Fit with the training data first.");

    [Fact]
    public void Other_features_are_refused()
    {
        var thrown = Errors.Expect<ShapeMismatchException>(
            () => new MinMaxScaler().Fit(new float[2, 3]).InverseTransform(new float[4, 5, 1]),
            "MinMaxScaler expects 3 features, as it was fitted, but received 1. Pass the same features, or take ForColumns of those that the data has.");

        (thrown.Expected, thrown.Received).Should().Be(("(..., 3)", "(..., 1)"));
    }

    [Fact]
    public void Fitting_to_nothing_is_refused() => Errors.Expect<ArgumentException>(
        () => new MinMaxScaler().Fit(new float[0, 3]),
        "MinMaxScaler.Fit expects at least one row of data but received none. (Parameter 'training')");

    [Fact]
    public void Fitting_to_what_is_no_number_is_refused_and_keeps_the_old_fit()
    {
        var scaler = new StandardScaler();
        scaler.Fit([0, 2]);

        Errors.Expect<ArgumentException>(
            () => scaler.Fit(new[,] { { 1, 2 }, { 3, float.NaN } }),
            "StandardScaler.Fit expects finite numbers but received NaN in row 1, feature 1. Leave the row out or fill the value in. (Parameter 'training')");

        scaler.Transform([2f]).Should().Equal(1);
    }

    [Fact]
    public void A_feature_that_is_none_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => new MinMaxScaler().Fit(new float[2, 3]).ForColumns(0, 3),
        $"The scaler is fitted to features 0 to 2. (Parameter 'columns'){Environment.NewLine}Actual value was 3.");

    [Fact]
    public void No_features_are_refused() => Errors.Expect<ArgumentException>(
        () => new MinMaxScaler().Fit([1, 2]).ForColumns(),
        "ForColumns expects at least one feature. (Parameter 'columns')");

    [Fact]
    public void Ends_in_the_wrong_order_or_in_one_place_are_refused()
    {
        Errors.Expect<ArgumentException>(() => new MinMaxScaler(1, 0.5f), "MinMaxScaler expects finite ends with low below high but received 1 and 0.5. (Parameter 'low')");
        Errors.Expect<ArgumentException>(() => new MinMaxScaler(1, 1), "MinMaxScaler expects finite ends with low below high but received 1 and 1. (Parameter 'low')");
    }

    public static TheoryData<FeatureScaler, float> Scalers() => new()
    {
        { new MinMaxScaler(), 0 },
        { new MinMaxScaler(-1, 1), -1 },
        { new StandardScaler(), 0 },
    };
}
