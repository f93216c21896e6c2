using EchoLstm.Tests.Pictures;

namespace EchoLstm.Tests.Training;

public class HistoryPlotTests
{
    [Fact]
    public void Each_figure_has_a_chart_with_its_curves_and_its_epochs_from_1()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        using var x = Numbers.Uniform(1, [8, 2]);
        using var y = Numbers.Uniform(2, [8, 1]);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        var history = model.Fit(x, y, epochs: 4, verbose: 0, validationSplit: 0.25);
        var path = folder.File("Verlauf ü.svg");

        history.SavePlot(path);
        var svg = File.ReadAllText(path);

        SvgText.Texts(svg).Should().ContainInOrder("Training, 4 epochs", "training", "validation", "loss", "epoch", "mean_absolute_error", "epoch")
            .And.Contain(["1", "2", "3", "4"]).And.NotContain(["1.5", "0"]);
        // A line of the legend and one of each chart.
        SvgText.Paths(svg, "c0").Should().HaveCount(3);
        SvgText.Paths(svg, "c1").Should().HaveCount(3);
        Directory.GetFiles(folder.Path).Should().Equal(path);
    }

    [Fact]
    public void Without_validation_there_is_one_curve_and_the_title_is_as_given()
    {
        var svg = HistoryPlot.Draw(PictureCases.History(("loss", [1, 0.5])), "A & B");

        SvgText.Texts(svg).Should().StartWith(["A & B", "training", "loss"]).And.NotContain("validation");
        svg.Should().Contain("A &amp; B");
    }

    [Fact]
    public void A_metric_whose_own_name_begins_as_a_validations_has_a_chart()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((_, output) => output, "val_own"));
        var history = model.Fit(new float[2, 1], new float[2, 1], verbose: 0);

        SvgText.Texts(HistoryPlot.Draw(history, null)).Should().ContainInOrder("loss", "val_own");
    }

    [Theory]
    [InlineData(true, "loss", 1, 0.01)]
    [InlineData(false, "loss", 1, 0.04)]
    [InlineData(true, "mean_absolute_error", 3, 0.01)]
    [InlineData(false, "accuracy", 0.001, 1)]
    [InlineData(false, "loss", 1, -0.01)]
    public void The_scale_is_logarithmic_where_that_helps(bool isLog, string name, double first, double last)
    {
        var texts = SvgText.Texts(HistoryPlot.Draw(PictureCases.History((name, [first, last])), null));

        texts.Contains("log scale").Should().Be(isLog);
    }

    [Fact]
    public void A_logarithmic_scale_marks_powers_of_ten_and_puts_zero_at_its_foot() =>
        SvgText.Texts(HistoryPlot.Draw(PictureCases.History(("loss", [2, 1e-5, 0])), null)).Should()
            .Contain(["log scale, 0 at its foot", "1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"]);

    [Fact]
    public void Equal_ratios_are_equal_distances()
    {
        var svg = HistoryPlot.Draw(PictureCases.History(("loss", [1, 0.1, 0.01])), null);

        var heights = SvgText.Curve(svg).Single().Select(point => point.Y).ToList();
        (heights[1] - heights[0]).Should().BeGreaterThan(20).And.BeApproximately(heights[2] - heights[1], 0.2);
    }

    [Fact]
    public void A_figure_that_is_not_finite_is_a_gap_and_a_lone_one_a_point()
    {
        var svg = HistoryPlot.Draw(PictureCases.History(("loss", [1, 0.9, double.NaN, 0.8, double.PositiveInfinity, 0.7, 0.6])), null);

        SvgText.Curve(svg).Select(piece => piece.Count).Should().Equal(2, 1, 2);
        SvgText.Paths(svg, "c0")[1].Split('M').Skip(1).Select(piece => piece.Contains('a')).Should().Equal(false, true, false);
        svg.Should().NotContainAny("NaN", "∞", "Infinity");
    }

    [Fact]
    public void A_long_history_keeps_its_extremes_and_makes_a_small_file()
    {
        var figures = PictureCases.Falling(100_000, 1, 0.5);
        figures[77_777] = 3;
        var svg = HistoryPlot.Draw(PictureCases.History(("loss", figures)), null);

        svg.Length.Should().BeLessThan(60_000);
        SvgText.Texts(svg).Should().Contain("3");
        // The greatest value is at the top, where its mark is.
        var top = string.Create(CultureInfo.InvariantCulture, $" {SvgText.Curve(svg).Single().Min(point => point.Y)}L");
        SvgText.Paths(svg, "grid").Should().Contain(line => line.Contains(top, StringComparison.Ordinal));
    }

    [Fact]
    public void Numbers_are_invariant()
    {
        var history = PictureCases.History(("loss", [1234.5, 1e-7]), ("val_loss", [-1.5, 2]));
        var before = HistoryPlot.Draw(history, null);
        using var german = new GermanCulture();

        HistoryPlot.Draw(history, null).Should().Be(before);
    }

    [Fact]
    public void A_history_without_epochs_has_nothing_to_draw() =>
        Errors.Expect<InvalidOperationException>(() => HistoryPlot.Draw(PictureCases.History(("loss", [])), null), "The history has no epochs to plot: the fit ended before its first was complete.");
}
