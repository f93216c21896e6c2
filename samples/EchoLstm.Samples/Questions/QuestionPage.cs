using System.Globalization;
using System.Text;

namespace EchoLstm.Samples.Questions;

/// <summary>All questions as docs/questions.md: the same answers, programs and outputs as the command's.</summary>
internal static class QuestionPage
{
    internal static string Text()
    {
        var all = QuestionList.All;
        var page = new StringBuilder();
        page.Append("# Questions\n\n");
        page.Append("What readers of the tutorials asked, each with an answer and, mostly, a program that shows it. The sample program runs them:\n\n");
        page.Append("```sh\ndotnet run -c Release --project samples/EchoLstm.Samples -- questions              # lists them\n");
        page.Append(CultureInfo.InvariantCulture, $"dotnet run -c Release --project samples/EchoLstm.Samples -- questions {all[0].Name,-12} # runs one\n```\n\n");
        page.Append("This page is written by `-- questions --page`; a test compares the two. The programs are shown without their first lines, which are\n\n");
        page.Append(CultureInfo.InvariantCulture, $"```csharp\n{QuestionSource.Usings(all)}\n```\n\n");
        page.Append("`Show` is a class of the samples that rounds numbers. Numbers behind a question refer to [the checklist](checklist.md).\n\n");
        foreach (var topic in QuestionList.Topics)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {topic.Title}\n");
            foreach (var question in topic.Questions)
            {
                page.Append(CultureInfo.InvariantCulture, $"  - [{question.Title}](#{question.Name})\n");
            }
        }
        foreach (var topic in QuestionList.Topics)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {topic.Title}\n");
            foreach (var question in topic.Questions)
            {
                Append(page, question);
            }
        }
        return page.ToString();
    }

    private static void Append(StringBuilder page, Question question)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n<a id=\"{question.Name}\"></a>\n### {question.Title}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{question.Answer}\n\n`questions {question.Name}` answers {Numbers(question)}\n");
        if (question.Program is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n```csharp\n{QuestionSource.ProgramOf(question)}\n```\n\n```text\n{QuestionRun.Output(question)}\n```\n");
        }
    }

    private static string Numbers(Question question) => string.Join(", ", question.Answers.Select(number => number.ToString("000", CultureInfo.InvariantCulture)));
}
