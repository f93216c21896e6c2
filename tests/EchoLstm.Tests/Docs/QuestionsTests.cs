using System.Globalization;
using System.Text.RegularExpressions;
using EchoLstm.Samples.Questions;
using EchoLstm.Tests.Samples;

namespace EchoLstm.Tests.Docs;

/// <summary>The page of questions is what the command writes, and each question is sound.</summary>
public partial class QuestionsTests
{
    private const string Regenerate = "docs/questions.md differs from what the programs print; write it anew from the repository's root: dotnet run -c Release --project samples/EchoLstm.Samples -- questions --page > docs/questions.md";

    [Fact]
    public void The_page_is_what_every_program_prints()
    {
        var run = SampleProgram.Run("questions", "--page");

        run.ExitCode.Should().Be(0, run.Error);
        var (written, printed) = (DocsFolder.Read("questions.md").Split('\n'), run.Lines);
        for (var line = 0; line < Math.Max(written.Length, printed.Length); line++)
        {
            var (inPage, now) = (written.ElementAtOrDefault(line) ?? "(nothing)", printed.ElementAtOrDefault(line) ?? "(nothing)");
            Agree(inPage, now).Should().BeTrue($"line {line + 1} is \"{inPage}\" in the page and \"{now}\" now. {Regenerate}");
        }
    }

    [Fact]
    public void A_question_shows_program_output_and_answer()
    {
        var run = SampleProgram.Run("questions", "xor");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().ContainInOrder(
            "The formula gives me 4 parameters for outputs = 1. What is wrong?",
            "const int inputs = 1;",
            "outputs  1: with ^    4, with a product   12, counted   12",
            "outputs  5: with ^   52, with a product  140, counted  140");
        run.Output.Should().Contain("not a power but XOR");
    }

    [Fact]
    public void Without_a_name_all_questions_are_listed_by_topic()
    {
        var run = SampleProgram.Run("questions");

        run.ExitCode.Should().Be(0, run.Error);
        foreach (var topic in QuestionList.Topics)
        {
            run.Lines.Should().Contain(topic.Title);
            foreach (var question in topic.Questions)
            {
                run.Lines.Should().ContainSingle(line => line.StartsWith($"  {question.Name} ", StringComparison.Ordinal) && line.EndsWith(question.Title, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void An_unknown_name_is_refused()
    {
        var run = SampleProgram.Run("questions", "why");

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("There is no question 'why'. `questions` lists them.");
    }

    [Fact]
    public void Names_are_unique_and_programs_short()
    {
        QuestionList.All.Select(question => question.Name).Should().OnlyHaveUniqueItems();
        foreach (var question in QuestionList.All.Where(question => question.Program is not null))
        {
            QuestionSource.ProgramOf(question).Split('\n').Length.Should().BeInRange(1, 40, question.Name);
        }
    }

    [Theory]
    [InlineData("loss 0.123 of 5", "loss 0.124 of 5", true)]
    [InlineData("loss 0.123 of 5", "loss 0.125 of 5", false)]
    [InlineData("loss 0.123 of 5", "loss 0.123 of 6", false)]
    [InlineData("-0.0 0.2", "0.0 0.2", true)]
    [InlineData("1.0", "1.00", false)]
    public void Numbers_agree_within_their_last_place(string page, string now, bool agree) => Agree(page, now).Should().Be(agree);

    // Another Torch sums in another order: a rounded number may differ by one in its last place, and nothing else may.
    private static bool Agree(string page, string now)
    {
        if (page == now)
        {
            return true;
        }
        var (left, right) = (Decimals().Matches(page), Decimals().Matches(now));
        return Decimals().Replace(page, "#") == Decimals().Replace(now, "#")
            && left.Zip(right).All(pair => Close(pair.First.Value, pair.Second.Value));
    }

    private static bool Close(string page, string now)
    {
        var places = page.Length - page.IndexOf('.', StringComparison.Ordinal) - 1;
        return places == now.Length - now.IndexOf('.', StringComparison.Ordinal) - 1
            && Math.Abs(decimal.Parse(page, CultureInfo.InvariantCulture) - decimal.Parse(now, CultureInfo.InvariantCulture)) * (decimal)Math.Pow(10, places) <= 1;
    }

    [GeneratedRegex(@"-?\d+\.\d+")]
    private static partial Regex Decimals();
}
