using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Shows the peak of the process's memory while the long sequence trains, above what it was before.</summary>
internal static class MemoryCommand
{
    private const int Epochs = 3;
    private const double AllowedMegabytes = 100;
    private const double Megabyte = 1e6;

    internal static Command Create()
    {
        var command = new Command("memory", "Measures the peak memory of training on the long sequence, above the baseline.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        // The same loops and libraries, on little data, are the baseline.
        using (var small = new FitRun(WorkloadList.ManyToMany, EngineKind.Fused))
        {
            small.Run(Epochs);
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var baseline = Resident("VmRSS:");
        ForgetPeak();

        var watch = Stopwatch.StartNew();
        using (var run = new FitRun(WorkloadList.Long, EngineKind.Fused))
        {
            run.Run(Epochs);
        }
        var above = (Resident("VmHWM:") - baseline) / Megabyte;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{WorkloadList.Long.Name}: {Epochs} epochs of {WorkloadList.Long.Steps:#,0} steps in {watch.Elapsed.TotalSeconds:0.00} s; peak {above:0.0} MB above the baseline of {baseline / Megabyte:0.0} MB: {above * Megabyte / WorkloadList.Long.Steps:0} bytes a time step. At most {AllowedMegabytes:0} MB: {(above <= AllowedMegabytes ? "met" : "NOT MET")}."));
    }

    /// <summary>The kernel's own figures where there are any; .NET's elsewhere, whose peak is since the start.</summary>
    private static double Resident(string figure)
    {
        const string Status = "/proc/self/status";
        if (File.Exists(Status))
        {
            var line = File.ReadLines(Status).First(line => line.StartsWith(figure, StringComparison.Ordinal));
            return double.Parse(line[figure.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        }
        using var process = Process.GetCurrentProcess();
        return figure == "VmHWM:" ? process.PeakWorkingSet64 : process.WorkingSet64;
    }

    private static void ForgetPeak()
    {
        const string Reset = "/proc/self/clear_refs";
        if (File.Exists(Reset))
        {
            File.WriteAllText(Reset, "5");
        }
    }
}
