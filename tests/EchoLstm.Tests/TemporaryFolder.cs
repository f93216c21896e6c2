namespace EchoLstm.Tests;

/// <summary>An empty folder that is gone with the test; its name has spaces and letters of several languages.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("echolstm-");

    internal TemporaryFolder() => Path = _parent.CreateSubdirectory("größere Modelle 模型").FullName;

    internal string Path { get; }

    /// <summary>The names of all files, hidden ones included.</summary>
    internal IReadOnlyList<string> Names => [.. Directory.GetFiles(Path).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // A browser's last process may still write to its profile.
        for (var attempts = 20; ; attempts--)
        {
            try
            {
                _parent.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempts > 0)
            {
                Thread.Sleep(100);
            }
        }
    }
}
