using System.Globalization;
using System.Text;
using System.Xml;

namespace EchoLstm.Pictures;

/// <summary>An SVG document in the making: no script, no reference to anything outside, colours for light and for dark surroundings.</summary>
/// <remarks>Colours are classes; what can't read the media query shows the light ones. XmlWriter sees to valid XML.</remarks>
internal sealed class SvgCanvas
{
    private const string Namespace = "http://www.w3.org/2000/svg";

    // Class, property, light, dark.
    private static readonly (string Class, string Property, string Light, string Dark)[] Colours =
    [
        ("paper", "fill", "#ffffff", "#0d1117"),
        ("ink", "fill", "#1f2328", "#e6edf3"),
        ("muted", "fill", "#59636e", "#9da7b3"),
        ("grid", "stroke", "#d8dee4", "#30363d"),
        ("arrow", "stroke", "#6e7781", "#8b949e"),
        ("head", "fill", "#6e7781", "#8b949e"),
        ("box", "fill", "#f6f8fa", "#161b22"),
        ("box", "stroke", "#8c959f", "#6e7681"),
        ("cell", "fill", "#ddf4ff", "#0c2d6b"),
        ("cell", "stroke", "#0969da", "#388bfd"),
        ("value", "fill", "#fff8c5", "#4b2900"),
        ("value", "stroke", "#9a6700", "#bb8009"),
        ("c0", "stroke", "#0b62d6", "#58a6ff"),
        ("c1", "stroke", "#bc4c00", "#f0883e"),
        ("c2", "stroke", "#1a7f37", "#3fb950"),
        ("c3", "stroke", "#8250df", "#bc8cff"),
    ];

    internal const int CurveColours = 4;

    private readonly StringBuilder _svg = new();
    private readonly XmlWriter _xml;

    internal SvgCanvas(double width, double height, string title, string description)
    {
        _xml = XmlWriter.Create(new Utf8Writer(_svg), new XmlWriterSettings { Indent = true, IndentChars = " ", NewLineChars = "\n" });
        _xml.WriteStartElement("svg", Namespace);
        Attribute("width", width);
        Attribute("height", height);
        _xml.WriteAttributeString("viewBox", $"0 0 {Number(width)} {Number(height)}");
        _xml.WriteAttributeString("role", "img");
        _xml.WriteAttributeString("font-family", "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif");
        _xml.WriteElementString("title", Namespace, Clean(title));
        _xml.WriteElementString("desc", Namespace, Clean(description));
        _xml.WriteElementString("style", Namespace, Style());
        Rectangle(0, 0, width, height, "paper");
    }

    internal void BeginGroup(string @class)
    {
        _xml.WriteStartElement("g", Namespace);
        _xml.WriteAttributeString("class", @class);
    }

    internal void EndGroup() => _xml.WriteEndElement();

    internal void Rectangle(double x, double y, double width, double height, string @class, double radius = 0)
    {
        Start("rect", @class);
        Attribute("x", x);
        Attribute("y", y);
        Attribute("width", width);
        Attribute("height", height);
        if (radius > 0)
        {
            Attribute("rx", radius);
        }
        _xml.WriteEndElement();
    }

    internal void Line(double x1, double y1, double x2, double y2, string @class) =>
        Path($"M{Number(x1)} {Number(y1)}L{Number(x2)} {Number(y2)}", @class);

    internal void Path(string data, string @class)
    {
        Start("path", @class);
        _xml.WriteAttributeString("d", data);
        _xml.WriteEndElement();
    }

    /// <summary>A straight arrow with its head at the end.</summary>
    internal void Arrow(double x1, double y1, double x2, double y2, bool dashed = false)
    {
        const double Length = 6, HalfWidth = 3;
        var distance = Math.Max(Math.Sqrt(((x2 - x1) * (x2 - x1)) + ((y2 - y1) * (y2 - y1))), 1);
        var (dx, dy) = ((x2 - x1) / distance, (y2 - y1) / distance);
        var (bx, by) = (x2 - (dx * Length), y2 - (dy * Length));
        Line(x1, y1, bx, by, dashed ? "arrow dashed" : "arrow");
        Path($"M{Number(x2)} {Number(y2)}L{Number(bx - (dy * HalfWidth))} {Number(by + (dx * HalfWidth))}L{Number(bx + (dy * HalfWidth))} {Number(by - (dx * HalfWidth))}Z", "head");
    }

    /// <summary>A text on one line; one that is too wide is cut, and shows itself whole when pointed at.</summary>
    /// <param name="x">Where it begins, or its middle or end by the anchor.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">The text; nothing is drawn where it is empty.</param>
    /// <param name="size">The font's size.</param>
    /// <param name="width">How wide it may be at most.</param>
    /// <param name="class"><c>ink</c> or <c>muted</c>.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    internal void Text(double x, double y, string text, double size, double width, string @class = "ink", string anchor = "start")
    {
        if (text.Length == 0)
        {
            return;
        }
        var whole = Clean(text);
        var shown = TextWidth.Fit(whole, size, width);
        Start("text", @class);
        Attribute("x", x);
        Attribute("y", y);
        Attribute("font-size", size);
        if (anchor != "start")
        {
            _xml.WriteAttributeString("text-anchor", anchor);
        }
        if (shown != whole)
        {
            _xml.WriteElementString("title", Namespace, whole);
        }
        _xml.WriteString(shown);
        _xml.WriteEndElement();
    }

    /// <summary>Ends the document.</summary>
    internal string Finish()
    {
        _xml.WriteEndElement();
        _xml.Flush();
        return _svg.Append('\n').ToString();
    }

    internal static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private void Start(string element, string @class)
    {
        _xml.WriteStartElement(element, Namespace);
        _xml.WriteAttributeString("class", @class);
    }

    private void Attribute(string name, double value) => _xml.WriteAttributeString(name, Number(value));

    // XML has no way to write control characters and lone surrogates; a line break would leave the line.
    private static string Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value < ' ' ? " " : rune.Value is 0x7F or 0xFFFE or 0xFFFF ? "\uFFFD" : rune.ToString());
        }
        return clean.ToString();
    }

    private static string Style()
    {
        const string Lines = ".grid,.arrow,.c0,.c1,.c2,.c3{fill:none}.c0,.c1,.c2,.c3{stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}.arrow{stroke-width:1.3}.dashed{stroke-dasharray:5 4}.dotted{stroke-dasharray:1 4}.long{stroke-dasharray:12 4}";
        return $"{Lines}{Rules(colour => colour.Light)}@media (prefers-color-scheme: dark){{{Rules(colour => colour.Dark)}}}";

        static string Rules(Func<(string Class, string Property, string Light, string Dark), string> value) =>
            string.Concat(Colours.Select(colour => $".{colour.Class}{{{colour.Property}:{value(colour)}}}"));
    }

    // A StringWriter would declare UTF-16.
    private sealed class Utf8Writer(StringBuilder text) : StringWriter(text, CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
