using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Samples;

/// <summary>A run of the sample program.</summary>
internal sealed record SampleProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    internal string[] Lines => Output.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The lines without what differs from run to run.</summary>
    internal string[] Untimed => [.. Lines.Select(line => Regex.Replace(line, "trained in .* (ms|s),", ""))];

    /// <summary>Runs it in this process, and expects that no fit is warned of. Where the command sets Torch's threads or generator, the test runs alone.</summary>
    internal static SampleProgram RunHere(params string[] arguments)
    {
        using var console = new ConsoleCapture();
        using var warned = new Warned();
        var threads = torch.get_num_threads();
        try
        {
            var exitCode = global::EchoLstm.Samples.Program.Main(arguments);
            warned.Warnings.Should().HaveCount(arguments is ["article", ..] ? 1 : 0, "the samples are sound, but for the article as it was printed");
            return new SampleProgram(exitCode, console.Output, console.Error);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    /// <summary>Runs it as its user does: as a process of its own, from the folder that it is in.</summary>
    internal static SampleProgram Run(string folder, params string[] arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(folder, "EchoLstm.Samples.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The sample program took longer than {Patience}: {string.Join(' ', arguments)}");
        }
        return new SampleProgram(process.ExitCode, output.Result, error.Result);
    }
}
