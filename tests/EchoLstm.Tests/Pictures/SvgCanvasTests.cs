using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EchoLstm.Tests.Pictures;

/// <summary>What holds for the document of every picture.</summary>
public class SvgCanvasTests
{
    private static readonly List<(string Name, string Svg)> All = [.. PictureCases.All()];

    [Fact]
    public void Pictures_of_one_page_share_neither_ids_nor_classes()
    {
        var names = All.Select(picture => XDocument.Parse(picture.Svg).Descendants()
            .SelectMany(element => SvgText.Classes(element).Append((string?)element.Attribute("id")))
            .OfType<string>().ToHashSet()).ToList();

        names.Should().OnlyContain(ofOne => ofOne.Count > 3);
        names.SelectMany(ofOne => ofOne).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_style_is_of_its_own_picture_alone_and_colours_all_that_is_drawn()
    {
        foreach (var (name, svg) in All)
        {
            var document = XDocument.Parse(svg);
            var style = document.Descendants().Single(element => element.Name.LocalName == "style").Value;
            var ruled = Regex.Matches(style, @"[.]([a-z][\w-]*)").Select(match => match.Groups[1].Value).ToHashSet();
            var elements = document.Descendants().Where(element => element.Name.LocalName is "rect" or "path" or "text").ToList();

            var selectors = Regex.Replace(Regex.Replace(style, "[{][^{}]*[}]", ","), "@media [^{]*[{]|[}]", "");
            selectors.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Should().OnlyContain(selector => Regex.IsMatch(selector, $"^[.]{Mark(svg)}-[a-z0-9]+$"), name);
            elements.SelectMany(SvgText.Classes).Should().OnlyContain(used => ruled.Contains(used), name);
            elements.Should().OnlyContain(element => SvgText.Classes(element).Length > 0, name);
        }
    }

    [Fact]
    public void The_same_picture_has_the_same_bytes_and_its_mark_is_made_of_them()
    {
        using var german = new GermanCulture();

        PictureCases.All().Should().Equal(All);
        foreach (var (name, svg) in All)
        {
            var bare = Regex.Replace(svg, $"(?<=[. \"]){Mark(svg)}-", "\uE000");
            Mark(svg).Should().Be("p" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bare)))[..8], name);
        }
    }

    [Fact]
    public void No_number_is_none() => All.Should().OnlyContain(picture => !Regex.IsMatch(picture.Svg, "NaN|Infinity|∞"));

    private static string Mark(string svg) => Regex.Match(svg, "class=\"(p[0-9a-f]{8})-paper\"").Groups[1].Value;
}
