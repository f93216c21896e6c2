using System.Diagnostics;

namespace EchoLstm.Tests.Hunt;

/// <summary>This program once more, as a child whose death is noticed.</summary>
internal static class ChildProcess
{
    private const int Looks = 6;

    /// <summary>Runs a child to its end.</summary>
    /// <param name="patience">How long it may say nothing; then it is killed.</param>
    /// <param name="read">Gets each line of its output.</param>
    /// <param name="arguments">Its command.</param>
    /// <returns>null where it ended well; else how it ended, and the last that it wrote to its error output.</returns>
    internal static string? Run(TimeSpan patience, Action<string> read, params IReadOnlyList<string> arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(ChildProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A thread for each child is enough: there are as many children.
        start.Environment["OMP_NUM_THREADS"] = "1";
        // A dump of each death is neither wanted nor small.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        var errors = new Queue<string>();
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginErrorReadLine();
        var (hung, silent) = (false, 0);
        // In several looks: a machine that was asleep has made the clock go on without the child.
        using (new Timer(_ => Look(), null, patience / Looks, patience / Looks))
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                Volatile.Write(ref silent, 0);
                read(line);
            }
            process.WaitForExit();
        }
        var end = hung ? $"said nothing for {patience.TotalSeconds} s" : $"exit code {process.ExitCode}";
        return process.ExitCode == 0 ? null : $"{end}: {string.Join(" | ", errors)}";

        void Look()
        {
            if (Interlocked.Increment(ref silent) > Looks)
            {
                hung = true;
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static void Keep(Queue<string> errors, string? line)
    {
        const int Most = 12;
        // Torch's warnings and native frames say nothing of why it ended.
        if (!string.IsNullOrWhiteSpace(line) && !line.StartsWith("[W", StringComparison.Ordinal)
            && !line.StartsWith("frame #", StringComparison.Ordinal) && errors.Count < Most)
        {
            errors.Enqueue(line.Trim());
        }
    }
}
