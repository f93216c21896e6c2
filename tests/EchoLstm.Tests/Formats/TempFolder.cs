namespace EchoLstm.Tests.Formats;

/// <summary>A folder of one test, whose name has spaces and letters of several languages.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("echolstm-");

    internal TempFolder() => Path = _parent.CreateSubdirectory("größere Modelle 模型").FullName;

    internal string Path { get; }

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The names of all files, hidden ones included.</summary>
    internal IReadOnlyList<string> Names => [.. Directory.GetFiles(Path).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => _parent.Delete(recursive: true);
}
