namespace EchoLstm.Tests.Docs;

/// <summary>The pages as they stand in the repository.</summary>
internal static class DocsFolder
{
    /// <summary>The repository's root: the folder above the tests that has the solution.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Every page that people read, as a path from the root.</summary>
    internal static IReadOnlyList<string> Pages { get; } =
    [
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
        .. new[] { "docs", "findings", "samples", "tests" }.SelectMany(PagesUnder).Order(StringComparer.Ordinal),
    ];

    /// <summary>A page of docs/.</summary>
    internal static string Read(string page) => ReadPage($"docs/{page}");

    /// <summary>A page by its path from the root.</summary>
    internal static string ReadPage(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>The blocks of code of one language, without their fences.</summary>
    internal static string[] Blocks(string text, string language) =>
        [.. text.Split($"\n```{language}\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)])];

    private static IEnumerable<string> PagesUnder(string folder) =>
        Directory.GetFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EchoLstm.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has EchoLstm.sln.");
    }
}
