using System.Reflection;

namespace EchoLstm.Samples.Questions;

/// <summary>The text of the questions' programs: their files are resources of the program, so that what is shown is what was compiled.</summary>
internal static class QuestionSource
{
    private const string Start = "    private static void Run()\n    {\n";
    private const string End = "\n    }\n";
    private const string Indent = "        ";

    /// <summary>The body of a question's program.</summary>
    internal static string ProgramOf(Question question)
    {
        var file = Text(question);
        var start = file.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var end = file.IndexOf(End, start, StringComparison.Ordinal);
        return string.Join('\n', file[start..end].Split('\n').Select(line => line.StartsWith(Indent, StringComparison.Ordinal) ? line[Indent.Length..] : line));
    }

    /// <summary>The using lines that the programs need, all together; the files lie in a namespace of the library's own, which spares them the first.</summary>
    internal static string Usings(IEnumerable<Question> questions) =>
        "using EchoLstm;\n" + string.Join('\n', questions.Where(question => question.Program is not null)
            .SelectMany(question => Text(question).Split('\n').TakeWhile(line => !line.StartsWith("namespace ", StringComparison.Ordinal)))
            .Where(line => line.Length > 0).Distinct()
            .OrderBy(line => line.StartsWith("using static ", StringComparison.Ordinal)).ThenBy(line => line, StringComparer.Ordinal));

    private static string Text(Question question)
    {
        var name = $"Questions/{question.Program!.Method.DeclaringType!.Name}.cs";
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The source {name} of question '{question.Name}' is no resource of the program.");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
