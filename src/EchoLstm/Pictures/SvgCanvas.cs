using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace EchoLstm.Pictures;

/// <summary>An SVG document in the making: no script, no reference to anything outside, colours for light and for dark surroundings.</summary>
/// <remarks>Colours are classes; what can't read the media query shows the light ones.</remarks>
internal sealed class SvgCanvas
{
    internal const int CurveColours = 4;

    // A style element holds for the whole page: each class's name is to begin with the picture's own mark, which stands where this does.
    private const string Mark = "~";

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

    private readonly XElement _svg;
    private readonly XElement _style;
    private XElement _group;

    internal SvgCanvas(double width, double height, string title, string description)
    {
        string Rules(Func<(string, string, string Light, string Dark), string> value) =>
            string.Concat(Colours.Select(colour => $".{Mark}{colour.Class}{{{colour.Property}:{value(colour)}}}"));
        _style = new XElement(Svg + "style", $"{Lines}{Rules(c => c.Light)}@media (prefers-color-scheme: dark){{{Rules(c => c.Dark)}}}");
        _svg = _group = new XElement(Svg + "svg", new XElement(Svg + "title", Clean(title)), new XElement(Svg + "desc", Clean(description)), _style);
        _svg.SetAttributeValue("width", Number(width));
        _svg.SetAttributeValue("height", Number(height));
        _svg.SetAttributeValue("viewBox", $"0 0 {Number(width)} {Number(height)}");
        _svg.SetAttributeValue("role", "img");
        _svg.SetAttributeValue("font-family", "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif");
        Rectangle(0, 0, width, height, "paper");
    }

    internal void BeginGroup(string @class) => _group = Add("g", @class);

    internal void EndGroup() => _group = _svg;

    internal void Rectangle(double x, double y, double width, double height, string @class, double? radius = null) =>
        Add("rect", @class, ("x", x), ("y", y), ("width", width), ("height", height), ("rx", radius));

    internal void Line(double x1, double y1, double x2, double y2, string @class) => Path($"M{Point(x1, y1)}L{Point(x2, y2)}", @class);

    internal void Path(string data, string @class) => Add("path", @class).SetAttributeValue("d", data);

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

    /// <summary>A text on one line; one that is too wide is cut, and shows itself whole when pointed at.</summary>
    /// <param name="x">Where it begins, or its middle or end by the anchor.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">The text; nothing is drawn where it is empty.</param>
    /// <param name="size">The font's size.</param>
    /// <param name="width">How wide it may be at most.</param>
    /// <param name="class"><c>ink</c> or <c>muted</c>.</param>
    /// <param name="anchor"><c>middle</c> or <c>end</c>; null: x is where it begins.</param>
    internal void Text(double x, double y, string text, double size, double width, string @class = "ink", string? anchor = null)
    {
        if (text.Length > 0)
        {
            var whole = Clean(text);
            var shown = TextWidth.Fit(whole, size, width);
            var element = Add("text", @class, ("x", x), ("y", y), ("font-size", size));
            element.SetAttributeValue("text-anchor", anchor);
            element.Add(shown == whole ? null : new XElement(Svg + "title", whole), shown);
        }
    }

    /// <summary>Ends the document.</summary>
    internal string Finish()
    {
        // Of the content, so that the same picture has the same bytes whenever and wherever it is drawn.
        var mark = $"p{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Xml())))[..8]}-";
        foreach (var names in _svg.Descendants().Attributes("class"))
        {
            names.Value = mark + names.Value.Replace(" ", " " + mark, StringComparison.Ordinal);
        }
        _style.Value = _style.Value.Replace(Mark, mark, StringComparison.Ordinal);
        return Xml();
    }

    internal static string Point(double x, double y) => $"{Number(x)} {Number(y)}";

    private static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private XElement Add(string name, string @class, params ReadOnlySpan<(string Name, double? Value)> numbers)
    {
        var element = new XElement(Svg + name, new XAttribute("class", @class));
        foreach (var (attribute, value) in numbers)
        {
            element.SetAttributeValue(attribute, value is { } number ? Number(number) : null);
        }
        _group.Add(element);
        return element;
    }

    private string Xml()
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        var settings = new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n" };
        using (var writer = XmlWriter.Create(text, settings))
        {
            _svg.WriteTo(writer);
        }
        return text.Append('\n').ToString();
    }

    // XML has no way to write control characters and lone surrogates; a line break would leave the line.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        rune.Value < ' ' ? " " : rune.Value is 0x7F or 0xFFFE or 0xFFFF ? "\uFFFD" : rune.ToString()));
}
