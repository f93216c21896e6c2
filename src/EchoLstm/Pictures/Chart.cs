namespace EchoLstm.Pictures;

/// <summary>Values of a chart that are joined by a line; one that is not finite leaves a gap. Those of one style look alike.</summary>
internal sealed record Curve(string Name, int Style, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    // Colours alone would not do for every eye, and a curve that lies under another would not be seen.
    private static readonly string[] Strokes = ["", " dashed", " dotted", " long"];

    /// <summary>The classes that draw it: a colour and a stroke, as many pairs as there are curves in a picture that can be read.</summary>
    internal string Class => $"c{Style % SvgCanvas.CurveColours}{Strokes[(Style + (Style / SvgCanvas.CurveColours)) % Strokes.Length]}";

    /// <summary>
    /// The pieces between gaps, as data of a path; a lone point is a small circle. Of points that share a pixel's column, the first, least,
    /// greatest and last: the picture is the same, the file small.
    /// </summary>
    internal string Path(Func<double, double> across, Func<double, double> down)
    {
        var piece = 0;
        return string.Concat(Y.Select((y, i) => (Piece: double.IsFinite(y) ? piece : piece++, I: i)).Where(at => double.IsFinite(Y[at.I]))
            .GroupBy(at => at.Piece, at => (X: across(X[at.I]), Y: down(Y[at.I]), at.I))
            .Select(points => points.GroupBy(point => Math.Floor(point.X)).SelectMany(column =>
                new[] { column.First(), column.MinBy(at => at.Y), column.MaxBy(at => at.Y), column.Last() }.Distinct().OrderBy(at => at.I)))
            .Select(points => string.Join('L', points.Select(point => SvgCanvas.Point(point.X, point.Y))))
            .Select(line => $"M{line}{(line.Contains('L', StringComparison.Ordinal) ? "" : "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0")}"));
    }
}

/// <summary>Curves over two axes; the one upwards may be logarithmic, and the one below marks whole numbers alone, if so wished.</summary>
internal sealed record Chart(string Title, string XTitle, IReadOnlyList<Curve> Curves, bool MayBeLog = true, bool WholeX = false)
{
    private const double MarkSize = 11, TitleSize = 13, TitleHeight = 26, MarksHeight = 22, XTitleHeight = 18, Gap = 6;

    internal void Draw(SvgCanvas canvas, double x, double y, double width, double height)
    {
        var values = Curves.SelectMany(curve => curve.Y).Where(double.IsFinite).ToList();
        var (top, bottom) = (y + (Title.Length > 0 || MayBeLog ? TitleHeight : Gap), y + height - MarksHeight - XTitleHeight);
        var vertical = values.Count > 0 ? Axis.Rounded(values, MayBeLog) : null;
        var note = vertical is not { IsLog: true } ? "" : values.Contains(0) ? "log scale, 0 at its foot" : "log scale";
        var noteWidth = TextWidth.Of(note, MarkSize) + (2 * Gap);
        canvas.Text(x, y + TitleSize, Title, TitleSize, width - noteWidth);
        canvas.Text(x + width, y + TitleSize, note, MarkSize, noteWidth, "muted", "end");
        if (vertical is null)
        {
            canvas.Text(x + (width / 2), (top + bottom) / 2, "no finite values", MarkSize, width, "muted", "middle");
            return;
        }
        var margin = vertical.Marks.Max(mark => TextWidth.Of(mark.Text, MarkSize)) + Gap;
        // The outermost marks below are centred on the ends.
        var (left, plot) = (x + margin, width - margin - (3 * MarkSize));
        var horizontal = Axis.Exact([.. Curves.SelectMany(curve => curve.X)], plot, MarkSize, WholeX);
        double Across(double value) => left + (horizontal.Fraction(value) * plot);
        double Down(double value) => bottom - (vertical.Fraction(value) * (bottom - top));

        foreach (var (fraction, text) in vertical.Marks)
        {
            var at = bottom - (fraction * (bottom - top));
            canvas.Line(left, at, left + plot, at, "grid");
            canvas.Text(left - Gap, at + (MarkSize * 0.35), text, MarkSize, margin, "muted", "end");
        }
        foreach (var (fraction, text) in horizontal.Marks)
        {
            var (at, half) = (left + (fraction * plot), TextWidth.Of(text, MarkSize) / 2);
            canvas.Line(at, bottom, at, bottom + 4, "grid");
            canvas.Text(Math.Clamp(at, x + half, x + width - half), bottom + MarksHeight - 4, text, MarkSize, plot, "muted", "middle");
        }
        canvas.Text(left + (plot / 2), bottom + MarksHeight + XTitleHeight - 6, XTitle, MarkSize, plot, "muted", "middle");
        foreach (var curve in Curves.Where(curve => curve.Y.Any(double.IsFinite)))
        {
            canvas.Path(curve.Path(Across, Down), curve.Class);
        }
    }
}
