using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Docs;

/// <summary>What holds for every page: its code is compiled, its links lead somewhere, and the tests that it names exist.</summary>
public partial class PagesTests
{
    // The sample program writes it, and QuestionsTests compares the two.
    private const string Generated = "docs/questions.md";

    public static TheoryData<string> Pages => [.. DocsFolder.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void All_its_code_is_compiled(string page)
    {
        if (page == Generated)
        {
            return;
        }
        var compiled = Regions.All.Select(region => region.Code).ToHashSet();
        var names = Regions.Of(Regions.ReadmePrograms).First().Code;

        foreach (var block in DocsFolder.Blocks(DocsFolder.ReadPage(page), "csharp"))
        {
            // README's program begins with the namespaces that a file of its own needs.
            var code = block.StartsWith(names, StringComparison.Ordinal) ? block[names.Length..].TrimStart('\n') : block;
            compiled.Should().Contain(code, $"{page} shows code that is the #region of a test");
        }
    }

    [Fact]
    public void All_code_that_is_written_for_pages_is_on_one()
    {
        var shown = DocsFolder.Pages.SelectMany(page => DocsFolder.Blocks(DocsFolder.ReadPage(page), "csharp")).ToList();

        foreach (var (file, code) in Regions.All)
        {
            shown.Should().Contain(block => block.Contains(code, StringComparison.Ordinal), $"{file} has it as a #region");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Its_links_lead_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(DocsFolder.Root, page))!;
        foreach (var link in Link().Matches(WithoutCode(DocsFolder.ReadPage(page))).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)))
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

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_test_that_it_names_exists(string page) =>
        Test().Matches(DocsFolder.ReadPage(page)).Select(match => match.Groups[1].Value).Distinct().Should().BeSubsetOf(TestNames.All);

    [Fact]
    public void Every_page_is_in_the_list_of_pages()
    {
        var linked = Link().Matches(DocsFolder.Read("README.md")).Select(match => match.Groups[1].Value.Split('#')[0]).ToHashSet();

        DocsFolder.Pages.Where(page => page.StartsWith("docs/", StringComparison.Ordinal)).Select(page => page["docs/".Length..])
            .Where(page => page != "README.md").Should().BeSubsetOf(linked);
    }

    private static string WithoutCode(string text) => Code().Replace(text, "");

    // A heading's anchor is its text in lower case, without punctuation, hyphens for spaces.
    private static IEnumerable<string> Anchors(string text) =>
        Heading().Matches(WithoutCode(text)).Select(match => NotInAnchor().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))
            .Concat(GivenAnchor().Matches(text).Select(match => match.Groups[1].Value));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex Test();

    [GeneratedRegex(@"(?ms)^```.*?^```|`[^`\n]*`")]
    private static partial Regex Code();

    [GeneratedRegex("(?m)^#+ (.+?)\r?$")]
    private static partial Regex Heading();

    [GeneratedRegex("<a id=\"([^\"]+)\">")]
    private static partial Regex GivenAnchor();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
