namespace EchoLstm.Pictures;

/// <summary>A picture of charts: a title, what the colours mean, and the charts in one or two columns.</summary>
internal static class ChartSheet
{
    private const double Edge = 16, TitleSize = 15, LegendSize = 12, LegendRow = 22, Swatch = 24;
    private const double ChartWidth = 420, ChartHeight = 230, OnlyWidth = 640, OnlyHeight = 340, Between = 24;

    internal static string Draw(string title, string description, IReadOnlyList<Chart> charts)
    {
        var columns = charts.Count > 1 ? 2 : 1;
        var (chartWidth, chartHeight) = columns == 1 ? (OnlyWidth, OnlyHeight) : (ChartWidth, ChartHeight);
        var inner = (columns * chartWidth) + ((columns - 1) * Between);
        var legend = Legend(charts, inner);
        var top = Edge + (title.Length > 0 ? TitleSize + 10 : 0) + (legend.Count * LegendRow) + 8;
        var rows = (charts.Count + columns - 1) / columns;
        var height = top + (rows * chartHeight) + ((rows - 1) * Between) + Edge;

        var canvas = new SvgCanvas(inner + (2 * Edge), height, title.Length > 0 ? title : description, description);
        if (title.Length > 0)
        {
            canvas.Text(Edge, Edge + TitleSize, title, TitleSize, inner);
        }
        for (var row = 0; row < legend.Count; row++)
        {
            var middle = top - 8 - ((legend.Count - row) * LegendRow) + (LegendRow / 2);
            foreach (var (curve, x, width) in legend[row])
            {
                canvas.Line(Edge + x, middle, Edge + x + Swatch, middle, curve.Class);
                canvas.Text(Edge + x + Swatch + 6, middle + (LegendSize * 0.35), curve.Name, LegendSize, width);
            }
        }
        for (var i = 0; i < charts.Count; i++)
        {
            charts[i].Draw(canvas, Edge + (i % columns * (chartWidth + Between)), top + (i / columns * (chartHeight + Between)), chartWidth, chartHeight);
        }
        return canvas.Finish();
    }

    private static List<List<(Curve Curve, double X, double Width)>> Legend(IReadOnlyList<Chart> charts, double width)
    {
        var rows = new List<List<(Curve, double, double)>>();
        var x = width;
        foreach (var curve in charts.SelectMany(chart => chart.Curves).DistinctBy(curve => curve.Style))
        {
            var name = Math.Min(TextWidth.Of(curve.Name, LegendSize), width - Swatch - 6);
            if (x + Swatch + 6 + name > width)
            {
                rows.Add([]);
                x = 0;
            }
            rows[^1].Add((curve, x, name));
            x += Swatch + 6 + name + 20;
        }
        return rows;
    }
}
