using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Shows what windows that are cut as they are needed cost: peak memory, and speed beside the same windows in memory.</summary>
internal static class WindowsCommand
{
    private const int Rows = 1_000_000, Columns = 10, Past = 168, BatchSize = 256, Batches = 200, Rounds = 3;
    private const double Megabyte = 1e6, AllowedMegabytes = 150, LeastSpeed = 0.9;

    internal static Command Create()
    {
        var command = new Command("windows", "Measures memory and speed of training on windows of a long series that are cut as they are needed.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        var series = new float[Rows, Columns];
        var random = new Random(1);
        for (var i = 0; i < Rows; i++)
        {
            for (var k = 0; k < Columns; k++)
            {
                series[i, k] = random.NextSingle();
            }
        }
        var window = new ForecastWindow { Past = Past, Targets = [0] };
        using var model = new SequentialModel(new Lstm(32), new RepeatVector(1), new Dense(1)) { Seed = 1 };
        model.Build(Past, Columns);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var baseline = ResidentMemory.Now();
        ResidentMemory.ForgetPeak();

        var batches = SupervisedFrames.Windows(series, window, BatchSize, shuffle: true, seed: 1);
        model.Fit(batches, stepsPerEpoch: Batches, verbose: 0);
        var above = (ResidentMemory.Peak() - baseline) / Megabyte;
        Print($"peak of {Batches} batches of {batches.Windows:#,0} windows ({Rows:#,0} x {Columns} numbers, {Past} steps back, batch {BatchSize}): {above:0.0} MB above the series and the model, {baseline / Megabyte:0} MB. At most {AllowedMegabytes:0} MB: {Met(above <= AllowedMegabytes)}.");

        var (x, y) = SupervisedFrames.ToForecast(First(series, (Batches * BatchSize) + Past), window);
        var (cut, whole) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            cut.Add(Seconds(() => model.Fit(batches, stepsPerEpoch: Batches, verbose: 0)));
            whole.Add(Seconds(() => model.Fit(x, y, batchSize: BatchSize, verbose: 0)));
        }
        var speed = Median(whole) / Median(cut);
        Print($"{Batches} batches cut as they are needed: {Median(cut):0.00} s; of windows in memory: {Median(whole):0.00} s (medians of {Rounds}): {speed:0.00} of the speed. At least {LeastSpeed}: {Met(speed >= LeastSpeed)}.");
    }

    private static float[,] First(float[,] series, int rows)
    {
        var first = new float[rows, Columns];
        Array.Copy(series, first, first.Length);
        return first;
    }

    private static double Seconds(Action run)
    {
        var watch = Stopwatch.StartNew();
        run();
        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Met(bool isMet) => isMet ? "met" : "NOT MET";

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
