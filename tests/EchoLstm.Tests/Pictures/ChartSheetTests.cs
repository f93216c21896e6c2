using System.Xml.Linq;
using EchoLstm.Pictures;

namespace EchoLstm.Tests.Pictures;

/// <summary>How a sheet of charts is laid out.</summary>
public class ChartSheetTests
{
    private const double Edge = 16, OnlyWidth = 640, MarkSize = 11, LegendSize = 12;

    [Theory]
    [InlineData(1, "672", "427")]
    [InlineData(2, "896", "317")]
    [InlineData(3, "896", "571")]
    public void Two_charts_stand_beside_each_other_and_the_third_below(int charts, string width, string height)
    {
        var history = PictureCases.History([.. Enumerable.Range(0, charts).Select(i => ($"figure {i}", new[] { 1, 0.5 }))]);
        var root = XDocument.Parse(HistoryPlot.Draw(history, "title")).Root!;

        ((string?)root.Attribute("width"), (string?)root.Attribute("height")).Should().Be((width, height));
    }

    [Fact]
    public void A_legend_goes_on_in_the_next_row()
    {
        var plot = new SeriesPlot();
        for (var i = 0; i < 9; i++)
        {
            plot.Add($"series number {i}", [1, 2]);
        }

        var names = SvgText.Places(plot.ToSvg()).Where(text => text.Shown.StartsWith("series", StringComparison.Ordinal)).ToList();

        names.Should().HaveCount(9).And.OnlyContain(name => name.X + TextWidth.Of(name.Shown, LegendSize) <= Edge + OnlyWidth);
        names.Select(name => name.Y).Distinct().Should().HaveCount(3);
    }

    [Fact]
    public void Marks_at_the_ends_stay_inside()
    {
        var svg = new SeriesPlot().Add("a", [0, 1], start: 1_000_000).ToSvg();

        var marks = SvgText.Places(svg).Where(text => text.Shown.Length == 7).ToList();

        marks.Select(mark => mark.Shown).Should().Equal("1000000", "1000001");
        var half = TextWidth.Of("1000000", MarkSize) / 2;
        marks.Should().OnlyContain(mark => mark.X - half >= Edge - 0.1 && mark.X + half <= Edge + OnlyWidth + 0.1);
    }

    [Fact]
    public void Sixteen_curves_are_drawn_in_sixteen_ways() =>
        Enumerable.Range(0, 16).Select(style => new Curve("", style, [], []).Class).Should().OnlyHaveUniqueItems();

    [Fact]
    public void A_text_is_one_line_of_letters_and_is_whole_where_one_points_at_it()
    {
        var title = "a\u0001b\nc " + new string('m', 100);
        var svg = XDocument.Parse(new SeriesPlot(title).Add("a", [1]).ToSvg());

        var text = svg.Descendants().First(element => element.Name.LocalName == "text");

        text.Nodes().OfType<XText>().Single().Value.Should().StartWith("a b c mmm").And.EndWith("m…");
        text.Elements().Should().ContainSingle().Which.Value.Should().Be("a b c " + new string('m', 100));
    }
}
