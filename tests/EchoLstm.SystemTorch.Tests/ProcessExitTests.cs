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
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(ProcessExit).Assembly.Location);
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

        (await errors + await output).Should().BeEmpty();
        child.ExitCode.Should().Be(0);
    }
}
