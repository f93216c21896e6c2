using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace EchoLstm.Tests.Pictures;

/// <summary>What is wrong with pictures, as the browser shows them.</summary>
internal static class PictureInspection
{
    // A grid and its labels are more than this; a blank picture, or one lone line, is less.
    private const double LeastDrawn = 0.004;
    private const int LeastColours = 8;

    /// <summary>Each picture's faults, by its name; none where it can be read.</summary>
    internal static Dictionary<string, List<string>> Faults(IReadOnlyDictionary<string, string> pictures, bool dark)
    {
        var body = new StringBuilder();
        foreach (var (name, svg) in pictures)
        {
            // Well-formed in XML's sense, which a browser's HTML parser does not ask for.
            _ = XDocument.Parse(svg);
            var drawing = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
            body.AppendLine(CultureInfo.InvariantCulture, $"<div class=\"picture\" data-name=\"{WebUtility.HtmlEncode(name)}\" data-source=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}\">{drawing}</div>");
        }
        var script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pictures", "PictureInspector.js"));
        var report = Chromium.Report($"<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{body}<pre id=\"report\"></pre><script>{script}</script></body></html>", dark);
        var results = JsonDocument.Parse(report).RootElement.EnumerateArray().ToList();
        results.Select(result => result.GetProperty("name").GetString()).Should().Equal(pictures.Keys);
        return results.ToDictionary(result => result.GetProperty("name").GetString()!, result => Of(result, dark));
    }

    private static List<string> Of(JsonElement result, bool dark)
    {
        var faults = result.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!).ToList();
        var pixels = result.GetProperty("pixels");
        if (pixels.TryGetProperty("error", out var error))
        {
            faults.Add(error.GetString()!);
            return faults;
        }
        var paper = pixels.GetProperty("paper").GetString();
        if (paper != (dark ? "#0d1117" : "#ffffff"))
        {
            faults.Add($"its paper is {paper}");
        }
        if (pixels.GetProperty("drawn").GetDouble() < LeastDrawn || pixels.GetProperty("colours").GetInt32() < LeastColours)
        {
            faults.Add("it is blank");
        }
        return faults;
    }
}
