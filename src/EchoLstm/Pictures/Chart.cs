using System.Text;

namespace EchoLstm.Pictures;

/// <summary>Curves over two axes.</summary>
/// <param name="Title">What the values are; drawn above.</param>
/// <param name="XTitle">What they are drawn over.</param>
/// <param name="Curves">The curves.</param>
/// <param name="MayBeLog">Whether the values' axis may be logarithmic.</param>
/// <param name="WholeX">Whether only whole numbers are marked below.</param>
internal sealed record Chart(string Title, string XTitle, IReadOnlyList<Curve> Curves, bool MayBeLog = true, bool WholeX = false)
{
    private const double MarkSize = 11, TitleSize = 13, TitleHeight = 26, MarksHeight = 22, XTitleHeight = 18, Gap = 6;

    internal void Draw(SvgCanvas canvas, double x, double y, double width, double height)
    {
        var values = Curves.SelectMany(curve => curve.Y).Where(double.IsFinite).ToList();
        var places = Curves.SelectMany(curve => curve.X).ToList();
        var (top, bottom) = (y + (Title.Length > 0 || MayBeLog ? TitleHeight : Gap), y + height - MarksHeight - XTitleHeight);
        if (values.Count == 0)
        {
            canvas.Text(x, y + TitleSize, Title, TitleSize, width);
            canvas.Text(x + (width / 2), (top + bottom) / 2, "no finite values", MarkSize, width, "muted", "middle");
            return;
        }
        var vertical = Axis.Rounded(values, MayBeLog);
        var margin = vertical.Marks.Max(mark => TextWidth.Of(mark.Text, MarkSize)) + Gap;
        // The outermost marks below are centred on the ends.
        var left = x + margin;
        var plot = width - margin - (3 * MarkSize);
        var horizontal = Axis.Exact(places, plot, MarkSize, WholeX);

        DrawTitle(canvas, x, y + TitleSize, width, vertical.IsLog ? values.Contains(0) ? "log scale, 0 at its foot" : "log scale" : "");
        foreach (var (fraction, text) in vertical.Marks)
        {
            var at = bottom - (fraction * (bottom - top));
            canvas.Line(left, at, left + plot, at, "grid");
            canvas.Text(left - Gap, at + (MarkSize * 0.35), text, MarkSize, margin, "muted", "end");
        }
        foreach (var (fraction, text) in horizontal.Marks)
        {
            var at = left + (fraction * plot);
            canvas.Line(at, bottom, at, bottom + 4, "grid");
            var half = TextWidth.Of(text, MarkSize) / 2;
            canvas.Text(Math.Clamp(at, x + half, x + width - half), bottom + MarksHeight - 4, text, MarkSize, plot, "muted", "middle");
        }
        canvas.Text(left + (plot / 2), bottom + MarksHeight + XTitleHeight - 6, XTitle, MarkSize, plot, "muted", "middle");
        foreach (var curve in Curves)
        {
            Draw(canvas, curve, value => left + (horizontal.Fraction(value) * plot), value => bottom - (vertical.Fraction(value) * (bottom - top)));
        }
    }

    private void DrawTitle(SvgCanvas canvas, double x, double baseline, double width, string note)
    {
        var noteWidth = note.Length == 0 ? 0 : TextWidth.Of(note, MarkSize) + (2 * Gap);
        canvas.Text(x, baseline, Title, TitleSize, width - noteWidth);
        if (note.Length > 0)
        {
            canvas.Text(x + width, baseline, note, MarkSize, noteWidth, "muted", "end");
        }
    }

    private static void Draw(SvgCanvas canvas, Curve curve, Func<double, double> across, Func<double, double> down)
    {
        var path = new StringBuilder();
        foreach (var run in Runs(curve, across, down))
        {
            for (var i = 0; i < run.Count; i++)
            {
                path.Append(i == 0 ? 'M' : i == 1 ? 'L' : ' ').Append(SvgCanvas.Number(run[i].X)).Append(' ').Append(SvgCanvas.Number(run[i].Y));
            }
            if (run.Count == 1)
            {
                // A point between gaps: a small circle.
                path.Append("m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0");
            }
        }
        if (path.Length > 0)
        {
            canvas.Path(path.ToString(), curve.Class);
        }
    }

    /// <summary>The pieces between gaps. Where several points share a pixel's column, its first, least, greatest and last: the picture is the same, the file small.</summary>
    private static IEnumerable<List<(double X, double Y)>> Runs(Curve curve, Func<double, double> across, Func<double, double> down)
    {
        var (run, column) = (new List<(double X, double Y)>(), new List<(double X, double Y)>());
        for (var i = 0; i < curve.Y.Count; i++)
        {
            if (!double.IsFinite(curve.Y[i]))
            {
                Flush();
                if (run.Count > 0)
                {
                    yield return run;
                    run = [];
                }
                continue;
            }
            var point = (across(curve.X[i]), down(curve.Y[i]));
            if (column.Count > 0 && Math.Floor(column[0].X) != Math.Floor(point.Item1))
            {
                Flush();
            }
            column.Add(point);
        }
        Flush();
        if (run.Count > 0)
        {
            yield return run;
        }

        void Flush()
        {
            if (column.Count <= 2)
            {
                run.AddRange(column);
            }
            else
            {
                int[] kept = [0, Index(column.MinBy(point => point.Y)), Index(column.MaxBy(point => point.Y)), column.Count - 1];
                run.AddRange(kept.Distinct().Order().Select(i => column[i]));
            }
            column.Clear();
        }

        int Index((double X, double Y) point) => column.IndexOf(point);
    }
}
