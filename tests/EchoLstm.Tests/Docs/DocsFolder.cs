namespace EchoLstm.Tests.Docs;

/// <summary>The pages of docs/, which the build copies beside the tests.</summary>
internal static class DocsFolder
{
    internal static string Read(string page) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Docs", page)).ReplaceLineEndings("\n");

    /// <summary>The blocks of code of one language, without their fences.</summary>
    internal static string[] Blocks(string text, string language) =>
        [.. text.Split($"\n```{language}\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)])];
}
