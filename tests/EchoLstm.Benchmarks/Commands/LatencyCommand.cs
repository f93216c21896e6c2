using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Inference;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Times each of a million steps of a stream by itself: what a program that must answer in time wants to know.</summary>
internal static class LatencyCommand
{
    private const int Steps = 1_000_000;
    private const int WarmUpSteps = 200_000;
    private static readonly int[] Units = [5, 32, 128];

    internal static Command Create()
    {
        var command = new Command("latency", "Times each of a million steps of a stream of InferenceModel: median, 99th and 99.9th percentile, longest.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Steps:#,0} steps of one sequence of 1 feature, LSTM and Dense(1); ns a step, with {ReadingTheClock():0} of reading the clock"));
        Console.WriteLine("| units | median | 99 % | 99.9 % | 99.99 % | longest | collections |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var units in Units)
        {
            Row(units);
        }
    }

    private static void Row(int units)
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var model = OwnModel.Create(WorkloadList.Stream with { Units = units }, EngineKind.Auto))
            {
                model.Save(file);
            }
            using var stream = InferenceModel.Load(file).OpenStream();
            var (x, y, ticks) = (new float[] { 0.5f }, new float[stream.OutputLength], new long[Steps]);
            for (var i = 0; i < WarmUpSteps; i++)
            {
                stream.Step(x, y);
            }
            GC.Collect();
            var collections = GC.CollectionCount(0);
            for (var i = 0; i < Steps; i++)
            {
                var start = Stopwatch.GetTimestamp();
                stream.Step(x, y);
                ticks[i] = Stopwatch.GetTimestamp() - start;
            }
            collections = GC.CollectionCount(0) - collections;
            Array.Sort(ticks);
            string At(double share) => (ticks[(int)(share * (Steps - 1))] * 1e9 / Stopwatch.Frequency).ToString("#,0", CultureInfo.InvariantCulture);
            Console.WriteLine($"| {units} | {At(0.5)} | {At(0.99)} | {At(0.999)} | {At(0.9999)} | {At(1)} | {collections} |");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double ReadingTheClock()
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < WarmUpSteps; i++)
        {
            _ = Stopwatch.GetTimestamp();
        }
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / WarmUpSteps;
    }
}
