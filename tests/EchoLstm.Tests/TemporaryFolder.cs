namespace EchoLstm.Tests;

/// <summary>An empty folder that is gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("EchoLstm ü ").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // A browser's last process may still write to its profile.
        for (var attempts = 20; ; attempts--)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (attempts > 0)
            {
                Thread.Sleep(100);
            }
        }
    }
}
