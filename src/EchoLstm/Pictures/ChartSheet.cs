namespace EchoLstm.Pictures;

/// <summary>A picture of charts: a title, what the colours mean, and the charts in one or two columns.</summary>
internal static class ChartSheet
{
    private const double Edge = 16, TitleSize = 15, LegendSize = 12, LegendRow = 22, Swatch = 24, Space = 6, Between = 24;

    internal static string Draw(string title, string description, IReadOnlyList<Chart> charts)
    {
        var (columns, chartWidth, chartHeight) = charts.Count > 1 ? (2, 420.0, 230.0) : (1, 640.0, 340.0);
        var width = (columns * (chartWidth + Between)) - Between;
        var legend = Legend(charts, width);
        var legendTop = Edge + (title.Length > 0 ? TitleSize + 10 : 0);
        var top = legendTop + ((legend[^1].Row + 1) * LegendRow) + 8;
        var rows = (charts.Count + columns - 1) / columns;

        var canvas = new SvgCanvas(
            width + (2 * Edge), top + (rows * (chartHeight + Between)) - Between + Edge, title.Length > 0 ? title : description, description);
        canvas.Text(Edge, Edge + TitleSize, title, TitleSize, width);
        foreach (var (curve, row, x, nameWidth) in legend)
        {
            var middle = legendTop + ((row + 0.5) * LegendRow);
            canvas.Line(Edge + x, middle, Edge + x + Swatch, middle, curve.Class);
            canvas.Text(Edge + x + Swatch + Space, middle + (LegendSize * 0.35), curve.Name, LegendSize, nameWidth);
        }
        foreach (var (i, chart) in charts.Index())
        {
            chart.Draw(canvas, Edge + (i % columns * (chartWidth + Between)), top + (i / columns * (chartHeight + Between)), chartWidth, chartHeight);
        }
        return canvas.Finish();
    }

    /// <summary>Where the curves' names stand: side by side, in as many rows as that takes.</summary>
    private static List<(Curve Curve, int Row, double X, double Width)> Legend(IReadOnlyList<Chart> charts, double width)
    {
        var places = new List<(Curve, int, double, double)>();
        var (row, x) = (0, 0.0);
        foreach (var curve in charts.SelectMany(chart => chart.Curves).DistinctBy(curve => curve.Style))
        {
            var name = Math.Min(TextWidth.Of(curve.Name, LegendSize), width - Swatch - Space);
            (row, x) = x > 0 && x + Swatch + Space + name > width ? (row + 1, 0) : (row, x);
            places.Add((curve, row, x, name));
            x += Swatch + Space + name + 20;
        }
        return places;
    }
}
