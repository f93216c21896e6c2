using System.Diagnostics;

namespace EchoLstm.Tests.Samples;

/// <summary>The sample program as its user meets it: a process of its own, output redirected.</summary>
internal sealed record SampleProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    internal string[] Lines => Output.ReplaceLineEndings("\n").Split('\n');

    internal static SampleProgram Run(params string[] arguments) => RunIn("", arguments);

    /// <summary>Runs it in this process, which is quicker; for commands that leave Torch's threads and generator as they are.</summary>
    internal static SampleProgram RunHere(params string[] arguments)
    {
        using var console = new ConsoleCapture();
        var exitCode = global::EchoLstm.Samples.Program.Main(arguments);
        return new SampleProgram(exitCode, console.Output, console.Error);
    }

    /// <summary>Runs it in a folder, where it leaves its files.</summary>
    internal static SampleProgram RunIn(string folder, params string[] arguments) => Start(AppContext.BaseDirectory, folder, arguments);

    /// <summary>Runs a copy of it that lies in a folder.</summary>
    internal static SampleProgram RunFrom(string folder, params string[] arguments) => Start(folder, "", arguments);

    private static SampleProgram Start(string program, string folder, string[] arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(program, "EchoLstm.Samples.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
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
