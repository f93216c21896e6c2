using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions;

/// <summary>Runs a question's program.</summary>
internal static class QuestionRun
{
    /// <summary>Runs it; what it prints goes to the console, its tensors are disposed.</summary>
    internal static void Execute(Question question)
    {
        using var scope = NewDisposeScope();
        question.Program!();
    }

    /// <summary>Runs it and returns what it printed, without blanks at the ends of lines.</summary>
    internal static string Output(Question question)
    {
        var console = Console.Out;
        using var writer = new StringWriter();
        Console.SetOut(writer);
        try
        {
            Execute(question);
        }
        finally
        {
            Console.SetOut(console);
        }
        return string.Join('\n', writer.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd();
    }
}
