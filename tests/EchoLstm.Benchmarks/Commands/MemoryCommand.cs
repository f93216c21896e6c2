using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
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
        var baseline = ResidentMemory.Now();
        ResidentMemory.ForgetPeak();

        var watch = Stopwatch.StartNew();
        using (var run = new FitRun(WorkloadList.Long, EngineKind.Fused))
        {
            run.Run(Epochs);
        }
        var above = (ResidentMemory.Peak() - baseline) / Megabyte;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{WorkloadList.Long.Name}: {Epochs} epochs of {WorkloadList.Long.Steps:#,0} steps in {watch.Elapsed.TotalSeconds:0.00} s; peak {above:0.0} MB above the baseline of {baseline / Megabyte:0.0} MB: {above * Megabyte / WorkloadList.Long.Steps:0} bytes a time step. At most {AllowedMegabytes:0} MB: {(above <= AllowedMegabytes ? "met" : "NOT MET")}."));
    }
}
