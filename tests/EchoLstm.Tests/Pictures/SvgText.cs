using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EchoLstm.Tests.Pictures;

/// <summary>What a picture says.</summary>
internal static class SvgText
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Its texts, in the order in which they are drawn.</summary>
    internal static List<string> Texts(string svg) => [.. Places(svg).Select(text => text.Shown)];

    /// <summary>Its texts and where they are.</summary>
    internal static List<(string Shown, double X, double Y)> Places(string svg) =>
        [.. XDocument.Parse(svg).Descendants(Svg + "text")
            .Select(text => (text.Nodes().OfType<XText>().Single().Value, Number(text, "x"), Number(text, "y")))];

    /// <summary>What its lines of a class are drawn from; the class without the picture's own mark.</summary>
    internal static List<string> Paths(string svg, string @class) =>
        [.. XDocument.Parse(svg).Descendants(Svg + "path")
            .Where(path => Classes(path).Any(name => name.EndsWith($"-{@class}", StringComparison.Ordinal)))
            .Select(path => (string)path.Attribute("d")!)];

    /// <summary>The points of the first chart's curve of a class, in pieces between gaps; the class's first line is the legend's.</summary>
    internal static List<List<(double X, double Y)>> Curve(string svg, string @class = "c0") =>
        [.. Paths(svg, @class)[1].Split('M').Skip(1).Select(piece => piece.Split('m')[0].Split('L').Select(point =>
            (Number(point.Split(' ')[0]), Number(point.Split(' ')[1]))).ToList())];

    /// <summary>The classes of an element.</summary>
    internal static string[] Classes(XElement element) => ((string?)element.Attribute("class"))?.Split(' ') ?? [];

    /// <summary>The picture with none of its own marks, to compare it with one that may differ from it in last digits.</summary>
    internal static string Unmarked(string svg) => Regex.Replace(svg, @"(?<=[. ""])p[0-9a-f]{8}-", "");

    private static double Number(XElement element, string name) => Number((string)element.Attribute(name)!);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
