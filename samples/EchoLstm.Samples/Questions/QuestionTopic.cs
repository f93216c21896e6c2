namespace EchoLstm.Samples.Questions;

/// <summary>Questions that belong together, in the order in which they are read.</summary>
internal sealed record QuestionTopic(string Title, params IReadOnlyList<Question> Questions);
