namespace EchoLstm.Samples;

/// <summary>The three models on shorter and longer sequences: as many units as numbers, trained until each number is right.</summary>
internal static class Lengths
{
    private const int CheckEvery = 50;

    internal static void Run(Settings settings)
    {
        var (most, seed) = (settings.Epochs ?? 6000, settings.Seed ?? 11);
        Console.WriteLine(
            $"Epochs until every number is right at one decimal, checked every {CheckEvery} epochs, at most {most}, seed {seed}");
        Console.WriteLine();
        Console.WriteLine("length    one-to-one  parameters   many-to-one  parameters  many-to-many  parameters");
        Console.WriteLine("------  ------------  ----------  ------------  ----------  ------------  ----------");
        foreach (var length in (int[])[2, 3, 5, 8, 10, 15])
        {
            Console.Write($"{length,6}");
            foreach (var create in EchoTask.Three)
            {
                using var task = create(new Settings { Length = length, Seed = seed });
                var epochs = Train(task, most);
                Console.Write($"  {epochs?.ToString() ?? "-",12}  {task.Model.CountParameters(),10:N0}");
            }
            Console.WriteLine();
        }
    }

    private static int? Train(EchoTask task, int most)
    {
        for (var epoch = 0; epoch < most; epoch += CheckEvery)
        {
            var next = Math.Min(epoch + CheckEvery, most);
            task.Model.Fit(task.X, task.Y, epochs: next, task.BatchSize, verbose: 0, initialEpoch: epoch);
            if (task.IsLearned())
            {
                return next;
            }
        }
        return null;
    }
}
