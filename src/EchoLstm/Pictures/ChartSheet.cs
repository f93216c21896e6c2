namespace EchoLstm.Pictures;

/// <summary>A picture of charts: a title, what the colours mean, and the charts in one or two columns.</summary>
internal static class ChartSheet
{
    private const double Edge = 16, TitleSize = 15, LegendSize = 12, LegendRow = 22, Swatch = 24, Space = 6, Between = 24;

    internal static string Draw(string title, string description, IReadOnlyList<Chart> charts)
    {
        var (columns, chartWidth, chartHeight) = charts.Count > 1 ? (2, 420.0, 230.0) : (1, 640.0, 340.0);
        var width = (columns * (chartWidth + Between)) - Between;
        var (names, row, end) = (new List<(Curve Curve, int Row, double X)>(), 0, 0.0);
        foreach (var curve in charts.SelectMany(chart => chart.Curves).DistinctBy(curve => curve.Style))
        {
            var size = Math.Min(Swatch + Space + TextWidth.Of(curve.Name, LegendSize), width);
            (row, end) = end > 0 && end + size > width ? (row + 1, 0) : (row, end);
            names.Add((curve, row, end));
            end += size + 20;
        }
        var legendTop = Edge + (title.Length > 0 ? TitleSize + 10 : 0);
        var top = legendTop + ((row + 1) * LegendRow) + 8;
        var height = top + ((charts.Count + columns - 1) / columns * (chartHeight + Between)) - Between + Edge;

        var canvas = new SvgCanvas(width + (2 * Edge), height, title.Length > 0 ? title : description, description);
        canvas.Text(Edge, Edge + TitleSize, title, TitleSize, width);
        foreach (var (curve, line, x) in names)
        {
            var middle = legendTop + ((line + 0.5) * LegendRow);
            canvas.Line(Edge + x, middle, Edge + x + Swatch, middle, curve.Class);
            canvas.Text(Edge + x + Swatch + Space, middle + (LegendSize * 0.35), curve.Name, LegendSize, width - Swatch - Space);
        }
        foreach (var (i, chart) in charts.Index())
        {
            var (x, y) = (Edge + (i % columns * (chartWidth + Between)), top + (i / columns * (chartHeight + Between)));
            chart.Draw(canvas, x, y, chartWidth, chartHeight);
        }
        return canvas.Finish();
    }
}
