using System.CommandLine;
using EchoLstm.Samples.Questions;

namespace EchoLstm.Samples.Commands;

/// <summary>Lists the readers' questions, answers one, or writes the page of all.</summary>
internal static class QuestionsCommand
{
    internal static Command Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "The question to answer. Without it: all questions, by topic.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "name",
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Find(result.Tokens[0].Value) is null)
            {
                result.AddError($"There is no question '{result.Tokens[0].Value}'. `questions` lists them.");
            }
        });
        var page = new Option<bool>("--page") { Description = "Write docs/questions.md to the standard output." };
        var command = new Command("questions", "Answers what readers of the tutorials asked, each with a short program.") { name, page };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(page))
            {
                Console.Out.Write(QuestionPage.Text());
            }
            else if (parsed.GetValue(name) is { } asked)
            {
                Print(Find(asked)!);
            }
            else
            {
                PrintList();
            }
        });
        return command;
    }

    private static Question? Find(string name) => QuestionList.All.FirstOrDefault(question => question.Name == name);

    private static void PrintList()
    {
        var width = QuestionList.All.Max(question => question.Name.Length);
        foreach (var topic in QuestionList.Topics)
        {
            Console.WriteLine(topic.Title);
            foreach (var question in topic.Questions)
            {
                Console.WriteLine($"  {question.Name.PadRight(width)}  {question.Title}");
            }
            Console.WriteLine();
        }
        Console.WriteLine("`questions <name>` shows a program, its output and the answer.");
    }

    private static void Print(Question question)
    {
        Console.WriteLine(question.Title);
        Console.WriteLine();
        if (question.Program is not null)
        {
            Console.WriteLine(QuestionSource.ProgramOf(question));
            Console.WriteLine();
            Console.WriteLine("prints");
            Console.WriteLine();
            QuestionRun.Execute(question);
            Console.WriteLine();
        }
        Console.WriteLine(question.Answer);
    }
}
