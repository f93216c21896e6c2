namespace EchoLstm.Tests.Docs;

/// <summary>The pages of docs/, which the build copies beside the tests.</summary>
internal static class DocsFolder
{
    internal static string Read(string page) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Docs", page)).ReplaceLineEndings("\n");

    /// <summary>The regions of a class of tests, without their indentation: what a page may show.</summary>
    internal static IEnumerable<string> Regions(string file) => Read(file).Split("        #region\n").Skip(1)
        .Select(rest => string.Join('\n', rest[..rest.IndexOf("        #endregion", StringComparison.Ordinal)].TrimEnd().Split('\n').Select(line => line.Length == 0 ? line : line[8..])));

    /// <summary>The blocks of code of one language, without their fences.</summary>
    internal static string[] Blocks(string text, string language) =>
        [.. text.Split($"\n```{language}\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)])];
}
