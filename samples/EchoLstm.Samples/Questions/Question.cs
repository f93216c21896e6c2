namespace EchoLstm.Samples.Questions;

/// <summary>A reader's question, its answer, and a program that shows it.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">The question.</param>
/// <param name="Answers">The lines of docs/checklist.md that it answers.</param>
/// <param name="Answer">One paragraph, in Markdown.</param>
/// <param name="Program">The method whose body is shown and run; null where words will do.</param>
internal sealed record Question(string Name, string Title, int[] Answers, string Answer, Action? Program = null);
