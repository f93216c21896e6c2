using EchoLstm.Pictures;

namespace EchoLstm.Tests.Pictures;

public class SeriesPlotTests
{
    [Fact]
    public void Each_series_is_named_and_drawn_where_it_lies()
    {
        var svg = new SeriesPlot("Monthly") { XLabel = "year", YLabel = "spots" }.Add("real", [1, 2, 3], start: 1950, step: 0.5).Add("predicted", [2, 3], start: 1950.5, step: 0.5).ToSvg();

        SvgText.Texts(svg).Should().ContainInOrder("Monthly", "real", "predicted", "spots", "1.0", "3.0", "1950.0", "1951.0", "year");
        // The legend's lines, then the curves: the second begins in the middle of the first, at its end's height.
        var (real, predicted) = (Points(SvgText.Paths(svg, "c0")[1]), Points(SvgText.Paths(svg, "c1")[1]));
        predicted[0].X.Should().Be(real[1].X);
        predicted[0].Y.Should().Be(real[1].Y);
        predicted[1].Should().Be(real[2]);
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
        Errors.Expect<ArgumentException>(() => plot.Add("a", []), "The series 'a' is empty: expected at least one value. (Parameter 'values')");
        Errors.Expect<ArgumentOutOfRangeException>(() => plot.Add("a", [1], start: double.NaN), $"start is a finite number. (Parameter 'start'){Environment.NewLine}Actual value was NaN.");
        Errors.Expect<ArgumentOutOfRangeException>(() => plot.Add("a", [1], step: 0), $"step is a finite number above 0. (Parameter 'step'){Environment.NewLine}Actual value was 0.");
        Assert.Throws<ArgumentException>(() => plot.Add(" ", [1]));
    }

    [Fact]
    public void Where_no_file_can_be_is_said()
    {
        using var folder = new TemporaryFolder();
        var plot = new SeriesPlot().Add("a", [1]);

        Errors.Expect<IOException>(() => plot.Save(folder.Path), $"Can't write {folder.Path}: it is a folder. Give the name of a file.");
        var missing = folder.File("none");
        Errors.Expect<DirectoryNotFoundException>(() => plot.Save(Path.Combine(missing, "a.svg")), $"Can't write {Path.Combine(missing, "a.svg")}: there is no folder {missing}. Make it first.");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    private static List<(string X, string Y)> Points(string path)
    {
        var numbers = path[1..].Split('L', ' ');
        return [.. Enumerable.Range(0, numbers.Length / 2).Select(i => (numbers[2 * i], numbers[(2 * i) + 1]))];
    }
}
