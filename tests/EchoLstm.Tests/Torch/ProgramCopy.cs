using System.Diagnostics;

namespace EchoLstm.Tests.Torch;

/// <summary>This program in a folder of its own, mostly of links, with another native library or layout; started as a process.</summary>
internal sealed class ProgramCopy : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("echolstm-program-");
    private readonly string _folder, _packages;

    /// <summary>Links the files, but the native library where its bytes are given.</summary>
    /// <param name="library">The native library's bytes; null for the package's own.</param>
    /// <param name="nativeFolder">Where the native libraries are.</param>
    /// <param name="without">A file that is missing.</param>
    internal ProgramCopy(byte[]? library = null, string nativeFolder = "", string? without = null)
    {
        _folder = _parent.CreateSubdirectory("program").FullName;
        _packages = _parent.CreateSubdirectory("packages").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, nativeFolder));
        foreach (var file in new DirectoryInfo(AppContext.BaseDirectory).GetFiles().Where(file => file.Name != without))
        {
            var isNative = file.Name.Contains(".so", StringComparison.Ordinal);
            var path = Path.Combine(_folder, isNative ? nativeFolder : "", file.Name);
            if (file.Name == TorchLibrary.FileName && library is not null)
            {
                File.WriteAllBytes(path, library);
            }
            else if (file.Name.StartsWith("EchoLstm.Tests.", StringComparison.Ordinal))
            {
                // The host goes by where the program itself is, links resolved. Without a list of its files it takes what is there.
                if (!file.Name.EndsWith(".deps.json", StringComparison.Ordinal))
                {
                    file.CopyTo(path);
                }
            }
            else
            {
                File.CreateSymbolicLink(path, file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName);
            }
        }
    }

    /// <summary>Runs one of <see cref="TorchChild"/>'s tasks, and sees that no file has come to the program's folder.</summary>
    internal (int ExitCode, IReadOnlyList<string> Lines) Run(params string[] task)
    {
        var before = Files();
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } given ? given : "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(_folder, "EchoLstm.Tests.dll"), TorchChild.Command, .. task])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[TorchChild.Variable] = task[0];
        // Where TorchSharp would find 600 MB to copy.
        start.Environment["NUGET_PACKAGES"] = _packages;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', task)} took longer than {Patience}.");
        }
        error.Result.Should().BeEmpty();
        Files().Should().Equal(before, "nothing is written");
        return (process.ExitCode, output.Result.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => _parent.Delete(recursive: true);

    private List<string> Files() =>
        [.. Directory.GetFileSystemEntries(_parent.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
