using System.Xml.Linq;

namespace EchoLstm.Tests.Pictures;

/// <summary>What a picture says.</summary>
internal static class SvgText
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Its texts, in the order in which they are drawn.</summary>
    internal static List<string> Texts(string svg) => [.. XDocument.Parse(svg).Descendants(Svg + "text").Select(text => text.Nodes().OfType<XText>().Single().Value)];

    /// <summary>What its lines of a class are drawn from.</summary>
    internal static List<string> Paths(string svg, string @class) =>
        [.. XDocument.Parse(svg).Descendants(Svg + "path").Where(path => ((string)path.Attribute("class")!).Split(' ').Contains(@class)).Select(path => (string)path.Attribute("d")!)];
}
