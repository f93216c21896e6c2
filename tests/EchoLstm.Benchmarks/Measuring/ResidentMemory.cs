using System.Diagnostics;
using System.Globalization;

namespace EchoLstm.Benchmarks.Measuring;

/// <summary>The process's resident memory in bytes: the kernel's own numbers where there are any; .NET's elsewhere, whose peak is since the
/// start.</summary>
internal static class ResidentMemory
{
    internal static double Now() => Read("VmRSS:");

    internal static double Peak() => Read("VmHWM:");

    /// <summary>Lets the peak begin anew.</summary>
    internal static void ForgetPeak()
    {
        const string Reset = "/proc/self/clear_refs";
        if (File.Exists(Reset))
        {
            File.WriteAllText(Reset, "5");
        }
    }

    private static double Read(string name)
    {
        const string Status = "/proc/self/status";
        if (File.Exists(Status))
        {
            var line = File.ReadLines(Status).First(line => line.StartsWith(name, StringComparison.Ordinal));
            return double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        }
        using var process = Process.GetCurrentProcess();
        return name == "VmHWM:" ? process.PeakWorkingSet64 : process.WorkingSet64;
    }
}
