namespace EchoLstm.Pictures;

/// <summary>Values of a plot that are joined by a line; one that is not finite leaves a gap.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Style">Which colour and dashes they have: that of all curves with this number.</param>
/// <param name="X">Where each lies.</param>
/// <param name="Y">The values, as many.</param>
internal sealed record Curve(string Name, int Style, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>The classes that draw it: the colours first, then all of them dashed, then dotted.</summary>
    internal string Class => $"c{Style % SvgCanvas.CurveColours}" + ((Style / SvgCanvas.CurveColours % 3) switch
    {
        1 => " dashed",
        2 => " dotted",
        _ => "",
    });
}
