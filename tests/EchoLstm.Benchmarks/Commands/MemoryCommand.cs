using System.CommandLine;
using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Peers;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Shows the peak of a process's memory while something trains, above what it was before; each in a process of its own.</summary>
internal static class MemoryCommand
{
    private const string LongSequence = "long", OwnStep = "step", TorchSharpStep = "torchsharp-step";
    private const int Epochs = 3;
    private const double AllowedMegabytes = 100;
    private const double AllowedOfTorchSharp = 0.4;
    private const double Megabyte = 1e6;

    internal static Command Create()
    {
        var command = new Command("memory", "Measures the peak memory of training on the long sequence and of a large batch, above the baseline.");
        var only = new Option<string?>("--only") { Description = "One of them, in this process: its megabytes.", Hidden = true };
        command.Options.Add(only);
        command.SetAction(parsed => Run(parsed.GetValue(only)));
        return command;
    }

    private static void Run(string? only)
    {
        if (only is not null)
        {
            Console.WriteLine(Megabytes(only).ToString("0.0", CultureInfo.InvariantCulture));
            return;
        }
        var (whole, step, theirs) = (InProcess(LongSequence), InProcess(OwnStep), InProcess(TorchSharpStep));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{WorkloadList.Long.Name}: {Epochs} epochs peak {whole:0.0} MB above the model, {whole * Megabyte / WorkloadList.Long.Steps:0} bytes a time step. At most {AllowedMegabytes:0} MB: {(whole <= AllowedMegabytes ? "met" : "NOT MET")}."));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{WorkloadList.Big.Name}: {Epochs} training steps peak {step:0.0} MB above the model, TorchSharp alone {theirs:0.0} MB: {step / theirs:0.00}. At most {AllowedOfTorchSharp}: {(step <= AllowedOfTorchSharp * theirs ? "met" : "NOT MET")}."));
    }

    private static double InProcess(string what)
    {
        var line = PeerProcess.Output(Environment.ProcessPath!, [typeof(MemoryCommand).Assembly.Location, "memory", "--only", what]);
        return double.Parse(line ?? throw new InvalidOperationException($"The process that measures {what} failed."), CultureInfo.InvariantCulture);
    }

    // The same libraries and loops on little data, and the model, are the baseline.
    private static double Megabytes(string what)
    {
        var (workload, isOwn) = (what == LongSequence ? WorkloadList.Long : WorkloadList.Big, what != TorchSharpStep);
        using (var small = Open(WorkloadList.ManyToMany, isOwn))
        {
            small.Run(Epochs);
        }
        using var run = Open(workload, isOwn);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var baseline = ResidentMemory.Now();
        ResidentMemory.ForgetPeak();
        run.Run(Epochs);
        return (ResidentMemory.Peak() - baseline) / Megabyte;
    }

    private static IRun Open(Workload workload, bool isOwn) => isOwn ? new FitRun(workload, EngineKind.Fused) : new TorchSharpPeer.Training(workload);
}
