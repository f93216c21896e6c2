using System.Globalization;
using System.Text.RegularExpressions;
using EchoLstm.Tests.Pictures;
using EchoLstm.Tests.Samples;

namespace EchoLstm.Tests.Docs;

/// <summary>The pictures in docs/pictures are what the sample program writes.</summary>
[Collection(RunsAlone.Name)]
public partial class CommittedPicturesTests
{
    // Pixels: the last digits of a loss depend on the machine's vectors, and so do a curve's tenths of a pixel.
    private const double Tolerance = 3;

    private static readonly string Committed = Path.Combine(DocsFolder.Root, "docs", "pictures");

    [Fact]
    public void The_three_models_are_as_the_sample_draws_them()
    {
        using var folder = new TemporaryFolder();
        var run = SampleProgram.RunHere("all", "--plot", folder.Path);

        run.ExitCode.Should().Be(0, run.Error);
        var written = Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)).Order().ToList();
        written.Should().Equal(
            "many-to-many-loss.svg", "many-to-many-model.svg", "many-to-many-predictions.svg",
            "many-to-one-loss.svg", "many-to-one-model.svg", "many-to-one-predictions.svg",
            "one-to-one-loss.svg", "one-to-one-model.svg", "one-to-one-predictions.svg");
        foreach (var name in written)
        {
            Differences(Read(Committed, name), Read(folder.Path, name)).Should().BeEmpty($"{name} is to be written again with: dotnet run -c Release --project samples/EchoLstm.Samples -- all --plot docs/pictures");
        }
    }

    [Fact]
    public void The_sunspots_are_as_the_sample_draws_them()
    {
        using var folder = new TemporaryFolder();
        SampleProgram.RunHere("sunspots", "--plot", folder.Path).ExitCode.Should().Be(0);

        Differences(Read(Committed, "sunspots-model.svg"), Read(folder.Path, "sunspots-model.svg")).Should().BeEmpty();
        // How long it trains depends on the last digits too: what is drawn is the same, not how long.
        foreach (var name in new[] { "sunspots-loss.svg", "sunspots-predictions.svg" })
        {
            Words(Read(folder.Path, name)).Should().Equal(Words(Read(Committed, name)), $"{name} is to be written again with: dotnet run -c Release --project samples/EchoLstm.Samples -- sunspots --plot docs/pictures");
        }
    }

    [Fact]
    public void No_other_picture_is_there() =>
        Directory.GetFiles(Committed).Select(path => Regex.Replace(Path.GetFileName(path), "-(loss|model|predictions)[.]svg$", "")).Distinct().Order()
            .Should().Equal("many-to-many", "many-to-one", "one-to-one", "sunspots");

    [Fact]
    public void A_difference_is_seen()
    {
        var svg = Read(Committed, "many-to-many-model.svg");

        Differences(svg, svg.Replace("lstm_1", "lstm_2")).Should().ContainSingle();
        Differences(svg, svg.Replace("width=\"340\"", "width=\"350\"")).Should().NotBeEmpty();
        Differences(svg, svg.Replace("width=\"340\"", "width=\"341\"")).Should().BeEmpty();
    }

    private static string Read(string folder, string name) =>
        SvgText.Unmarked(File.ReadAllText(Path.Combine(folder, name)).ReplaceLineEndings("\n"));

    /// <summary>Where two pictures differ: in what is no number, or in a number by more than a machine's last digits.</summary>
    private static List<string> Differences(string committed, string written)
    {
        var (expected, actual) = (Shapes(committed), Shapes(written));
        if (expected.Count != actual.Count)
        {
            return [$"{actual.Count} elements instead of {expected.Count}"];
        }
        return [.. expected.Zip(actual).Where(pair => !IsSame(pair.First, pair.Second)).Select(pair => $"{pair.Second.Trim()} instead of {pair.First.Trim()}")];
    }

    // A curve's points are told by where it begins and ends and by its extent; two of them may share a pixel on one machine and not on another.
    private static List<string> Shapes(string svg) => [.. svg.Split('\n').Select(line => Curve().Replace(line, match =>
    {
        var numbers = Number().Matches(match.Groups[2].Value).Select(number => double.Parse(number.Value, CultureInfo.InvariantCulture)).ToList();
        var heights = numbers.Where((_, i) => i % 2 == 1).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}\"{numbers[0]} {numbers[1]} {numbers[^2]} {numbers[^1]} {heights.Min()} {heights.Max()}\"");
    }))];

    private static bool IsSame(string expected, string actual)
    {
        if (Number().Replace(expected, "#") != Number().Replace(actual, "#"))
        {
            return false;
        }
        // A name such as lstm_1 is no measure.
        var isMeasure = expected.TrimStart().StartsWith('<') && !expected.Contains("</text>", StringComparison.Ordinal) && !expected.Contains("</style>", StringComparison.Ordinal);
        return Values(expected).Zip(Values(actual)).All(pair => Math.Abs(pair.First - pair.Second) <= (isMeasure ? Tolerance : 0));
    }

    private static IEnumerable<double> Values(string line) => Number().Matches(line).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture));

    private static List<string> Words(string svg) => [.. SvgText.Texts(svg).Select(text => Regex.Replace(text, @"\d+", "#")).Where(text => text.Any(letter => char.IsLetter(letter) && letter != 'e'))];

    [GeneratedRegex(@"(<path class=""c\d[^""]*"" d=)""([^""]*)""")]
    private static partial Regex Curve();

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Number();
}
