using System.Diagnostics;

namespace TorchSharp.Tests;

public class ProcessExitTests
{
    [Theory]
    [InlineData("live-tensors")]
    [InlineData("garbage")]
    [InlineData("loading-threads")]
    [InlineData("busy-threads")]
    [InlineData("environment-exit")]
    [InlineData("graphs")]
    [InlineData("arrays")]
    public async Task A_process_ends_cleanly(string ending)
    {
        var (code, output) = await Run(typeof(ProcessExit).Assembly.Location, ending);
        output.Should().BeEmpty();
        code.Should().Be(0);
    }

    [Fact]
    public async Task A_missing_native_half_is_explained()
    {
        using var directory = new BareDirectory();
        var (code, output) = await Run(directory.Program, "explain");
        code.Should().Be(3);
        output.Should().Be(
            $"Torch is not available: libecholstm_torch.so was not found beside the application in {directory.Path}/. It needs libtorch " +
            "from the operating system's packages: run ./setup.sh, or install libtorch-dev (Debian, Ubuntu), and build again.");
    }

    [Fact]
    public async Task A_native_half_that_does_not_load_is_explained()
    {
        using var directory = new BareDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "libecholstm_torch.so"), "no library");
        var (code, output) = await Run(directory.Program, "explain");
        code.Should().Be(3);
        output.Should().StartWith("Torch is not available: libecholstm_torch.so did not load: ").And.Contain("run ./setup.sh");
    }

    private static async Task<(int Code, string Output)> Run(string program, string ending)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(program);
        start.ArgumentList.Add(ending);
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await child.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            throw new TimeoutException($"The process '{ending}' did not end.");
        }

        return (child.ExitCode, await errors + await output);
    }

    /// <summary>The managed half of this program without the native one.</summary>
    private sealed class BareDirectory : IDisposable
    {
        internal BareDirectory()
        {
            foreach (var file in new[] { "EchoLstm.SystemTorch.dll", "EchoLstm.SystemTorch.Tests.dll", "EchoLstm.SystemTorch.Tests.runtimeconfig.json" })
            {
                File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, file), System.IO.Path.Combine(Path, file));
            }
        }

        internal string Path { get; } = Directory.CreateTempSubdirectory("systemtorch").FullName;

        internal string Program => System.IO.Path.Combine(Path, "EchoLstm.SystemTorch.Tests.dll");

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
