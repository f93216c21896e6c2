namespace EchoLstm.Tests.Docs;

/// <summary>The code that pages show: what stands between #region and #endregion, in the tests and in the sample that has README's programs.</summary>
internal static class Regions
{
    internal const string ReadmePrograms = "samples/EchoLstm.Samples/Readme/ReadmePrograms.cs";

    /// <summary>Every region's code with the file that it is in.</summary>
    internal static IReadOnlyList<(string File, string Code)> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(DocsFolder.Root, "tests", "EchoLstm.Tests"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(DocsFolder.Root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Append(ReadmePrograms)
            .SelectMany(path => Of(path).Select(region => (path, region.Code))),
    ];

    /// <summary>A file's regions, as far left as they go.</summary>
    internal static IEnumerable<(string Name, string Code)> Of(string path)
    {
        string? name = null;
        List<string> lines = [];
        foreach (var line in DocsFolder.ReadPage(path).Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed == "#endregion" && name is not null)
            {
                yield return (name, Left(lines));
                name = null;
            }
            else if (trimmed == "#region" || trimmed.StartsWith("#region ", StringComparison.Ordinal))
            {
                (name, lines) = (trimmed["#region".Length..].Trim(), []);
            }
            else
            {
                lines.Add(line);
            }
        }
    }

    private static string Left(List<string> lines)
    {
        var indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..])).Trim('\n');
    }
}
