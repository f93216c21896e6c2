namespace EchoLstm.Pictures;

/// <summary>Values of a plot that are joined by a line; one that is not finite leaves a gap.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Style">Which colour and dashes they have: that of all curves with this number.</param>
/// <param name="X">Where each lies.</param>
/// <param name="Y">The values, as many.</param>
internal sealed record Curve(string Name, int Style, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    // Colours alone would not do for every eye, and a curve that lies under another would not be seen.
    private static readonly string[] Strokes = ["", " dashed", " dotted", " long"];

    /// <summary>The classes that draw it: a colour and a stroke, as many pairs as there are curves in any picture that can be read.</summary>
    internal string Class => $"c{Style % SvgCanvas.CurveColours}{Strokes[(Style + (Style / SvgCanvas.CurveColours)) % Strokes.Length]}";
}
