using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

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

    private const string NativeHalf = "libecholstm_torch.so";

    [Fact]
    public async Task A_missing_native_half_is_explained()
    {
        using var directory = new BareDirectory();
        var (code, output) = await Run(directory.Program, "explain");
        code.Should().Be(3);
        output.Should().Be(
            $"Torch is not available: libecholstm_torch.so, the native half of EchoLstm.SystemTorch, is neither in {directory.Path}/ nor in a package for {RuntimeInformation.RuntimeIdentifier}. " +
            "Pack EchoLstm.SystemTorch on a machine of that platform: the repository's setup.sh tells what it needs.");
    }

    [Fact]
    public async Task A_native_half_that_does_not_load_is_explained()
    {
        using var directory = new BareDirectory();
        File.WriteAllText(Path.Combine(directory.Path, NativeHalf), "no library");
        var (code, output) = await Run(directory.Program, "explain");
        code.Should().Be(3);
        output.Should().StartWith("Torch is not available: libecholstm_torch.so did not load: ").And.Contain("file too short");
    }

    [Fact]
    public async Task A_missing_libtorch_is_named_with_the_package_that_has_it()
    {
        // The native half, made to ask for a library that no machine has.
        using var directory = new BareDirectory();
        var library = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, NativeHalf)));
        File.WriteAllBytes(Path.Combine(directory.Path, NativeHalf), Encoding.Latin1.GetBytes(library.Replace("libtorch_cpu.so", "libtorch_xyz.so", StringComparison.Ordinal)));
        var (code, output) = await Run(directory.Program, "explain");
        code.Should().Be(3);
        output.Should().MatchRegex(@"^Torch is not available: libtorch_xyz\.so[\d.]* is missing\. Install libtorch from the operating system's packages, on Debian and Ubuntu: apt-get install --no-install-recommends libtorch[\d.]+$");
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
