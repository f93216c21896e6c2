using EchoLstm.Pictures;

namespace EchoLstm.Tests.Pictures;

public class SeriesPlotTests
{
    [Fact]
    public void Each_series_is_named_and_drawn_where_it_lies()
    {
        var svg = new SeriesPlot("Monthly") { XLabel = "year", YLabel = "spots" }
            .Add("real", [1, 2, 3], start: 1950, step: 0.5).Add("predicted", [2, 3], start: 1950.5, step: 0.5).ToSvg();

        SvgText.Texts(svg).Should().ContainInOrder("Monthly", "real", "predicted", "spots", "1.0", "3.0", "1950.0", "1951.0", "year");
        SvgText.Curve(svg, "c1").Single().Should().Equal(SvgText.Curve(svg, "c0").Single()[1..]);
    }

    [Fact]
    public void Whole_places_have_whole_marks() =>
        SvgText.Texts(new SeriesPlot().Add("a", [50, 60, 70]).ToSvg()).Should().Equal("a", "50", "55", "60", "65", "70", "0", "1", "2");

    [Fact]
    public void It_replaces_a_file_and_leaves_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.svg");
        File.WriteAllText(path, "before");
        var plot = new SeriesPlot().Add("a", [1]);

        plot.Save(path);

        File.ReadAllText(path).Should().Be(plot.ToSvg());
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(path);
    }

    [Fact]
    public void What_can_not_be_drawn_is_refused()
    {
        var plot = new SeriesPlot();
        Errors.Expect<InvalidOperationException>(() => plot.Save("a.svg"), "The plot has no series: call Add first.");
        Errors.Expect<ArgumentException>(
            () => plot.Add("a", []), "The series 'a' is empty: expected at least one value. (Parameter 'values')");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => plot.Add("a", [1], start: double.NaN), $"start is a finite number. (Parameter 'start'){Environment.NewLine}Actual value was NaN.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => plot.Add("a", [1], step: 0), $"step is a finite number above 0. (Parameter 'step'){Environment.NewLine}Actual value was 0.");
        Assert.Throws<ArgumentException>(() => plot.Add(" ", [1]));
    }

    [Fact]
    public void A_value_that_is_not_finite_is_a_gap_and_a_lone_one_a_circle()
    {
        var svg = new SeriesPlot().Add("a", [1, 2, float.NaN, 3, float.PositiveInfinity, 4, 5, float.NegativeInfinity]).ToSvg();

        SvgText.Curve(svg).Select(piece => piece.Count).Should().Equal(2, 1, 2);
        SvgText.Paths(svg, "c0")[1].Split('M').Skip(1).Select(piece => piece.Contains('a')).Should().Equal(false, true, false);
        svg.Should().NotContainAny("NaN", "∞", "Infinity");
    }

    [Fact]
    public void One_value_alone_is_seen() => SvgText.Paths(new SeriesPlot().Add("a", [1]).ToSvg(), "c0")[1].Should().Contain("a2 2");

    [Fact]
    public void Where_nothing_is_finite_the_picture_says_so()
    {
        var svg = new SeriesPlot("title").Add("a", [float.NaN, float.PositiveInfinity]).ToSvg();

        SvgText.Texts(svg).Should().Equal("title", "a", "no finite values");
        SvgText.Paths(svg, "c0").Should().ContainSingle("the legend's line is the only one");
        svg.Should().NotContainAny("NaN", "∞", "Infinity");
    }
}
