namespace EchoLstm.Tests.Pictures;

/// <summary>Every kind of picture, looked at in a browser: not blank, text inside the frame and its box, nothing over a text, colours that can be read.</summary>
public class RenderedPictureTests
{
    private const string Style = "<style>.ink{fill:#1f2328}.paper{fill:#fff}@media (prefers-color-scheme: dark){.ink{fill:#e6edf3}.paper{fill:#0d1117}}</style><rect class=\"paper\" width=\"400\" height=\"100\"/>";

    [ChromiumFact]
    public void Light() => ExpectNoFaults(dark: false);

    [ChromiumFact]
    public void Dark() => ExpectNoFaults(dark: true);

    [ChromiumFact]
    public void What_is_wrong_is_seen()
    {
        const string Word = "<text class=\"ink\" x=\"20\" y=\"40\">a word</text>";
        var faults = PictureInspection.Faults(
            new Dictionary<string, string>
            {
                ["over each other"] = Svg(Word + "<text class=\"ink\" x=\"30\" y=\"44\">another</text>"),
                ["outside"] = Svg(Word + "<text class=\"ink\" x=\"390\" y=\"80\">outside</text>"),
                ["out of its box"] = Svg("<g><rect class=\"paper\" x=\"10\" y=\"10\" width=\"20\" height=\"20\"/><text class=\"ink\" x=\"12\" y=\"24\">wider than it</text></g>"),
                ["crossed"] = Svg(Word + "<path d=\"M0 36L200 36\" stroke=\"#888\"/>"),
                ["pale"] = Svg("<text x=\"20\" y=\"40\" fill=\"#ccc\">pale</text>"),
                ["blank"] = Svg(""),
                ["boxes"] = Svg(Word + "<g><rect class=\"paper\" x=\"100\" y=\"50\" width=\"40\" height=\"20\"/></g><g><rect class=\"paper\" x=\"120\" y=\"50\" width=\"40\" height=\"20\"/></g>"),
                ["script"] = Svg(Word + "<script>1</script>"),
                ["always light"] = Svg("<rect width=\"400\" height=\"100\" fill=\"#ffffff\"/>" + Word),
                ["right"] = Svg(Word + "<text class=\"ink\" x=\"140\" y=\"80\">and so on, long enough</text>"),
            },
            dark: true);

        faults["over each other"].Should().Equal("\"a word\" and \"another\" lie over each other");
        faults["outside"].Should().Contain("\"outside\" leaves the frame");
        faults["out of its box"].Should().Contain("\"wider than it\" leaves its box");
        faults["crossed"].Should().Contain("a line crosses \"a word\"");
        faults["pale"].Should().BeEmpty("pale grey can be read on dark paper");
        faults["blank"].Should().Equal("no text", "it is blank");
        faults["boxes"].Should().Contain("boxes lie over each other");
        faults["script"].Should().Contain("it refers to something outside, or has a script");
        faults["always light"].Should().Contain("its paper is #ffffff");
        faults["right"].Should().BeEmpty();
        PictureInspection.Faults(new Dictionary<string, string> { ["pale"] = Svg("<text x=\"20\" y=\"40\" fill=\"#ccc\">pale</text>") }, dark: false)["pale"]
            .Should().Equal("\"pale\" has a contrast of 1.6");
    }

    private static void ExpectNoFaults(bool dark)
    {
        var pictures = PictureCases.All().ToDictionary(picture => picture.Name, picture => picture.Svg);

        PictureInspection.Faults(pictures, dark).Where(picture => picture.Value.Count > 0)
            .Select(picture => $"{picture.Key}: {string.Join("; ", picture.Value.Take(5))}").Should().BeEmpty();
    }

    private static string Svg(string content) => $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"100\">{Style}{content}</svg>";
}
