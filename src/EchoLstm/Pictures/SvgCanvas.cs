using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace EchoLstm.Pictures;

/// <summary>An SVG document in the making: no script, no reference to anything outside, colours for light and dark surroundings.</summary>
/// <remarks>Colours are classes; what can't read the media query shows the light ones.</remarks>
internal sealed class SvgCanvas
{
    internal const int CurveColours = 4;

    // A style holds for its whole page, so the names of classes begin with the picture's own mark, for which this character stands.
    private const char Mark = '\uE000';

    private const string Lines =
        ".~grid,.~arrow,.~c0,.~c1,.~c2,.~c3{fill:none}.~c0,.~c1,.~c2,.~c3{stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}" +
        ".~arrow{stroke-width:1.3}.~dashed{stroke-dasharray:5 4}.~dotted{stroke-dasharray:1 4}.~long{stroke-dasharray:12 4}";

    private static readonly (string Class, string Property, string Light, string Dark)[] Colours =
    [
        ("paper", "fill", "#ffffff", "#0d1117"), ("ink", "fill", "#1f2328", "#e6edf3"), ("muted", "fill", "#59636e", "#9da7b3"),
        ("grid", "stroke", "#d8dee4", "#30363d"), ("arrow", "stroke", "#6e7781", "#8b949e"), ("head", "fill", "#6e7781", "#8b949e"),
        ("box", "fill", "#f6f8fa", "#161b22"), ("box", "stroke", "#8c959f", "#6e7681"),
        ("cell", "fill", "#ddf4ff", "#0c2d6b"), ("cell", "stroke", "#0969da", "#388bfd"),
        ("value", "fill", "#fff8c5", "#4b2900"), ("value", "stroke", "#9a6700", "#bb8009"),
        ("c0", "stroke", "#0b62d6", "#58a6ff"), ("c1", "stroke", "#bc4c00", "#f0883e"),
        ("c2", "stroke", "#1a7f37", "#3fb950"), ("c3", "stroke", "#8250df", "#bc8cff"),
    ];

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly XElement _svg = new(Svg + "svg");
    private XElement _parent;

    internal SvgCanvas(double width, double height, string title, string description)
    {
        _parent = _svg;
        Set(_svg, ("width", width), ("height", height), ("viewBox", $"0 0 {Point(width, height)}"), ("role", "img"));
        Set(_svg, ("font-family", "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"));
        string Rules(bool dark) => string.Concat(Colours.Select(of => $".~{of.Class}{{{of.Property}:{(dark ? of.Dark : of.Light)}}}"));
        var style = $"{Lines}{Rules(dark: false)}@media (prefers-color-scheme: dark){{{Rules(dark: true)}}}".Replace('~', Mark);
        _svg.Add(new XElement(Svg + "title", Clean(title)), new XElement(Svg + "desc", Clean(description)));
        _svg.Add(new XElement(Svg + "style", style));
        Rectangle(0, 0, width, height, "paper");
    }

    internal void BeginGroup(string @class) => _parent = Add("g", @class);

    internal void EndGroup() => _parent = _svg;

    internal void Rectangle(double x, double y, double width, double height, string @class, double? radius = null) =>
        Add("rect", @class, ("x", x), ("y", y), ("width", width), ("height", height), ("rx", radius));

    internal void Line(double x1, double y1, double x2, double y2, string @class) => Path($"M{Point(x1, y1)}L{Point(x2, y2)}", @class);

    internal void Path(string data, string @class) => Add("path", @class, ("d", data));

    /// <summary>A straight arrow with its head at the end.</summary>
    internal void Arrow(double x1, double y1, double x2, double y2, bool dashed = false)
    {
        const double Length = 6, HalfWidth = 3;
        var distance = Math.Max(Math.Sqrt(((x2 - x1) * (x2 - x1)) + ((y2 - y1) * (y2 - y1))), 1);
        var (dx, dy) = ((x2 - x1) / distance, (y2 - y1) / distance);
        var (bx, by, sx, sy) = (x2 - (dx * Length), y2 - (dy * Length), -dy * HalfWidth, dx * HalfWidth);
        Line(x1, y1, bx, by, dashed ? "arrow dashed" : "arrow");
        Path($"M{Point(x2, y2)}L{Point(bx + sx, by + sy)}L{Point(bx - sx, by - sy)}Z", "head");
    }

    /// <summary>A text on one line, from x on or as the anchor says; one too wide is cut, and is shown whole when pointed at.</summary>
    internal void Text(double x, double y, string text, double size, double width, string @class = "ink", string? anchor = null)
    {
        if (text.Length > 0)
        {
            var whole = Clean(text);
            var shown = TextWidth.Fit(whole, size, width);
            Add("text", @class, ("x", x), ("y", y), ("font-size", size), ("text-anchor", anchor))
                .Add(shown == whole ? null : new XElement(Svg + "title", whole), shown);
        }
    }

    /// <summary>The document. Its mark is made of its content, so that the same picture has the same bytes wherever it is drawn.</summary>
    internal string Finish()
    {
        var xml = $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{_svg}\n".ReplaceLineEndings("\n");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(xml)));
        return xml.Replace($"{Mark}", $"p{hash[..8]}-", StringComparison.Ordinal);
    }

    internal static string Point(double x, double y) => $"{Number(x)} {Number(y)}";

    private static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private XElement Add(string name, string @class, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        var element = new XElement(Svg + name, new XAttribute("class", Mark + @class.Replace(" ", $" {Mark}", StringComparison.Ordinal)));
        Set(element, attributes);
        _parent.Add(element);
        return element;
    }

    private static void Set(XElement element, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            element.SetAttributeValue(name, value is double number ? Number(number) : value);
        }
    }

    // XML has no way to write control characters and lone surrogates; a line break would leave the line.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? " " : rune.Value is 0xFFFE or 0xFFFF or Mark ? "\uFFFD" : rune.ToString()));
}
