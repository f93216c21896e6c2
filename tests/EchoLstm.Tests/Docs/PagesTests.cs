using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Docs;

/// <summary>The C# of the pages is the #regions of Docs and Recipes, and the pages' links lead somewhere.</summary>
public partial class PagesTests
{
    private static readonly List<(string File, string Code)> Regions =
    [
        .. from folder in new[] { "Docs", "Recipes" }
           from file in Directory.GetFiles(Path.Combine(DocsFolder.Root, "tests", "EchoLstm.Tests", folder), "*.cs")
           from Match region in Region().Matches(File.ReadAllText(file).ReplaceLineEndings("\n"))
           select (file, OutmostLeft(region.Groups[1].Value)),
    ];

    public static TheoryData<string> Pages => [.. DocsFolder.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void All_its_code_is_a_region_of_a_test(string page)
    {
        // A complete program is two regions: a file's first lines, and its statements.
        var programs = Regions.Select(first => first.Code).Where(code => code.StartsWith("using System", StringComparison.Ordinal))
            .SelectMany(first => Regions.Select(region => $"{first}\n\n{region.Code}"));
        var known = Regions.Select(region => region.Code).Concat(programs).ToHashSet();

        foreach (var block in DocsFolder.Blocks(DocsFolder.ReadPage(page), "csharp"))
        {
            known.Contains(block).Should().BeTrue($"{page} shows this, and no test has it as a #region:\n{block}\n");
        }
    }

    [Fact]
    public void All_code_that_is_written_for_pages_is_on_one()
    {
        var shown = DocsFolder.Pages.SelectMany(page => DocsFolder.Blocks(DocsFolder.ReadPage(page), "csharp")).ToList();

        foreach (var (file, code) in Regions)
        {
            shown.Any(block => block.Contains(code, StringComparison.Ordinal)).Should()
                .BeTrue($"{file} has this as a #region, and no page has it as a block of csharp:\n{code}\n");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Its_links_lead_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(DocsFolder.Root, page))!;
        foreach (var link in Links(page))
        {
            var parts = link.Split('#', 2);
            var target = parts[0].Length == 0 ? Path.Combine(DocsFolder.Root, page) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            (File.Exists(target) || Directory.Exists(target)).Should().BeTrue($"{page} links to {link}");
            if (parts.Length == 2)
            {
                Anchors(File.ReadAllText(target)).Should().Contain(parts[1], $"{page} links to {link}");
            }
        }
    }

    [Fact]
    public void Every_page_and_picture_of_docs_is_linked()
    {
        var docs = Path.Combine(DocsFolder.Root, "docs");
        var linked = DocsFolder.Pages.Where(page => page.StartsWith("docs/", StringComparison.Ordinal))
            .SelectMany(Links).Select(link => link.Split('#')[0]).ToHashSet();

        Directory.GetFiles(docs, "*.*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(docs, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => path != "README.md").Should().BeSubsetOf(linked);
    }

    [Theory]
    [InlineData("loss 0.123 of 5", "loss 0.124 of 5", true)]
    [InlineData("loss 0.123 of 5", "loss 0.125 of 5", false)]
    [InlineData("loss 0.123 of 5", "loss 0.123 of 6", false)]
    [InlineData("-0.0 0.2", "0.0 0.2", true)]
    [InlineData("1.0", "1.00", false)]
    public void Decimals_agree_within_their_last_place(string page, string now, bool agree) =>
        PageProgram.Agree(page, now).Should().Be(agree);

    private static IEnumerable<string> Links(string page) =>
        Link().Matches(Code().Replace(DocsFolder.ReadPage(page), "")).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));

    // A heading's anchor is its text in lower case, without punctuation, hyphens for spaces.
    private static IEnumerable<string> Anchors(string text) =>
        Heading().Matches(Code().Replace(text, ""))
            .Select(match => NotInAnchor().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    private static string OutmostLeft(string code)
    {
        var lines = code.Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..])).Trim('\n');
    }

    [GeneratedRegex(@"(?ms)^ *#region\n(.*?)\n *#endregion")]
    private static partial Regex Region();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?ms)^```.*?^```|`[^`\n]*`")]
    private static partial Regex Code();

    [GeneratedRegex("(?m)^#+ (.+?)\r?$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
