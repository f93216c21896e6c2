using System.Globalization;
using System.Text.RegularExpressions;
using EchoLstm.Samples.Questions;
using EchoLstm.Tests.Samples;

namespace EchoLstm.Tests.Docs;

/// <summary>docs/checklist.md names a test, command or question for each line, and all of them exist.</summary>
public partial class ChecklistTests
{
    private const int Lines = 160;

    private static readonly IReadOnlyList<(int Number, bool Must, string Where)> Rows =
        [.. Row().Matches(DocsFolder.Read("checklist.md")).Select(match =>
            (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value == "MUST", match.Groups[3].Value))];

    [Fact]
    public void Every_line_is_there_once() => Rows.Select(row => row.Number).Should().Equal(Enumerable.Range(1, Lines));

    [Fact]
    public void Every_line_that_must_work_points_to_a_test()
    {
        foreach (var (number, _, where) in Rows.Where(row => row.Must))
        {
            Test().IsMatch(where).Should().BeTrue($"line {number:000} has to work: {where}");
        }
    }

    [Fact]
    public void Every_test_that_it_names_exists() =>
        Rows.SelectMany(row => Test().Matches(row.Where)).Select(match => match.Groups[1].Value).Distinct().Should().BeSubsetOf(TestNames.All);

    [Fact]
    public void Every_command_that_it_names_exists()
    {
        var helps = new Dictionary<string, string>();
        foreach (var command in Rows.SelectMany(row => Command().Matches(row.Where)).Select(match => match.Groups[1].Value).Distinct())
        {
            var words = command.Split(' ');
            var parent = string.Join(' ', words[..^1]);
            if (!helps.TryGetValue(parent, out var help))
            {
                helps[parent] = help = SampleProgram.Run([.. words[..^1], "--help"]).Output;
            }
            help.Should().MatchRegex($"(?m)^ +{Regex.Escape(words[^1])}\\b", $"`-- {command}` is named");
        }
    }

    [Fact]
    public void Questions_and_lines_name_each_other()
    {
        foreach (var (number, must, where) in Rows)
        {
            var named = QuestionName().Matches(where).Select(match => match.Groups[1].Value);
            named.Should().BeEquivalentTo(QuestionList.All.Where(question => question.Answers.Contains(number)).Select(question => question.Name), $"of line {number:000}");
            (must || named.Any()).Should().BeTrue($"line {number:000} asks for an answer");
        }
    }

    [GeneratedRegex(@"^\| (\d{3}) \| (MUST|DOC) \| .* \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex Test();

    [GeneratedRegex("`-- ([a-z -]+)`")]
    private static partial Regex Command();

    [GeneratedRegex(@"\]\(questions\.md#([a-z-]+)\)")]
    private static partial Regex QuestionName();
}
