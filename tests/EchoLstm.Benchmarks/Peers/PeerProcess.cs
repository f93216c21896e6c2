using System.Diagnostics;
using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>
/// A peer in a process of its own, which measures itself: "open ..." answers "ok", "run N" the seconds of N steps. In this process C's -Ofast would also change how the
/// others round, and Python's and our libtorch would meet.
/// </summary>
internal sealed class PeerProcess : IRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private readonly Process _process;

    internal PeerProcess(string program, IEnumerable<string> arguments, Workload workload, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        if (Ask(workload.Request()) is var answer and not "ok")
        {
            Dispose();
            throw new InvalidOperationException($"{program} answered '{answer}' to '{workload.Request()}'.");
        }
    }

    public double Run(long steps) => double.Parse(Ask($"run {steps}"), CultureInfo.InvariantCulture);

    /// <summary>What is known of the peer's memory: null for a language that collects garbage of its own.</summary>
    internal double? Bytes { get; init; }

    public double? AllocatedBytes(double secondsPerStep) => Bytes;

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    /// <summary>What a short program prints; null if there is no such program or it fails.</summary>
    internal static string? Output(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private string Ask(string request)
    {
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLineAsync();
        if (!answer.Wait(Patience) || answer.Result is null)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} gave no answer to '{request}'{(_process.HasExited ? $" and ended with {_process.ExitCode}" : "")}.");
        }
        return answer.Result;
    }
}
