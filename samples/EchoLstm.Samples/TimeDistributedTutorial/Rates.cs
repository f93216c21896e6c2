using System.Diagnostics;

namespace EchoLstm.Samples;

/// <summary>With how many seeds each model learns its sequence: whether it does depends on the weights that it starts with.</summary>
internal static class Rates
{
    internal static void Run(Settings settings)
    {
        var seeds = settings.Seeds ?? 100;
        var clock = Stopwatch.StartNew();
        Console.WriteLine($"How often each model learns a sequence of {settings.Length ?? 5}: seeds 1 to {seeds}");
        Console.WriteLine();
        Console.WriteLine("model         epochs  batch size  learned  median last loss");
        Console.WriteLine("------------  ------  ----------  -------  ----------------");
        foreach (var create in EchoTask.Three)
        {
            var (learned, losses) = (new bool[seeds], new double[seeds]);
            Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            {
                using var task = create(settings with { Seed = i + 1 });
                losses[i] = task.Model.Fit(task.X, task.Y, task.Epochs, task.BatchSize, verbose: 0).Loss[^1];
                learned[i] = task.IsLearned();
            });
            using var one = create(settings);
            Array.Sort(losses);
            var median = (losses[(seeds - 1) / 2] + losses[seeds / 2]) / 2;
            var share = 100.0 * learned.Count(isLearned => isLearned) / seeds;
            Console.WriteLine($"{one.Name,-12}  {one.Epochs,6}  {one.BatchSize,10}  {share,5:0.#} %  {Text.Loss(median),16}");
        }
        Console.WriteLine();
        Console.WriteLine("Learned: every prediction is right at one decimal, within 0.05 of its number.");
        Console.WriteLine($"{3 * seeds} trainings in {clock.Elapsed.TotalSeconds:F0} s");
    }
}
