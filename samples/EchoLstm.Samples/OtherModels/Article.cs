using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>
/// A short article's example of TimeDistributed on random data: as the article has it, with a cross-entropy of what is no probability,
/// and in two ways that make sense of the loss.
/// </summary>
internal static class Article
{
    private const int Samples = 50, Steps = 64, Inputs = 15, Outputs = 8, BatchSize = 32;

    internal static void Run(Settings settings)
    {
        var (epochs, seed) = (settings.Epochs ?? 500, settings.Seed ?? 11);
        var source = new RandomSequence(seed);
        var (x, y) = (Uniform(source, Inputs), Uniform(source, Outputs));

        using var asPrinted = Create(Activation.Linear, Loss.CategoricalCrossentropy(), seed);
        Console.WriteLine($"Shapes: X {Text.Shape(x)}, y {Text.Shape(y)}");
        Console.WriteLine();
        Console.WriteLine(asPrinted.Summary());
        Console.WriteLine();
        Console.WriteLine($"Training: {epochs} epochs, batch size {BatchSize}, seed {seed}");
        Train("As printed: cross-entropy, no softmax, any numbers as targets", asPrinted, x, y, epochs, settings.Verbose);

        using var probabilities = Create(Activation.Softmax, Loss.CategoricalCrossentropy(), seed);
        Train("As it should be: cross-entropy, softmax, targets that sum to 1", probabilities, x, Shares(y), epochs, settings.Verbose);

        using var regression = Create(Activation.Linear, Loss.MeanSquaredError(), seed);
        Train("Or: mean squared error, no softmax, any numbers as targets", regression, x, y, epochs, settings.Verbose);
        Console.WriteLine();
        Console.WriteLine(
            "The targets are random and have nothing to do with X: " +
            "beyond their mean there is nothing to learn but these numbers by heart. A loss compares within one way, not between ways.");
    }

    private static SequentialModel Create(Activation activation, Loss loss, int seed)
    {
        var model = new SequentialModel(
            new Lstm(32, returnSequences: true),
            new TimeDistributed(new Dense(Outputs, activation))) { Seed = seed };
        model.Build(Steps, Inputs);
        model.Compile(loss, new Adam());
        return model;
    }

    private static void Train(string title, SequentialModel model, float[,,] x, float[,,] y, int epochs, int verbose)
    {
        Console.WriteLine();
        Console.WriteLine(title);
        var history = model.Fit(x, y, epochs, BatchSize, verbose);
        var predicted = model.Predict<float[,,]>(x, batchSize: 10);
        if (verbose == 0)
        {
            foreach (var warning in history.Warnings)
            {
                Console.WriteLine($"Warning: {warning}");
            }
        }
        Console.WriteLine($"Expected: {First(y)}");
        Console.WriteLine($"Predicted {First(predicted)}");
        Console.WriteLine(
            $"{model.CountParameters():N0} parameters, loss {Text.Loss(history.Loss[0])} to {Text.Loss(history.Loss[^1])}, " +
            $"prediction {Text.Shape(predicted)}, trained in {history.Duration.TotalSeconds:F2} s, engine {history.Engine}");
    }

    // Numbers of [0, 1), the same ones on every machine.
    private static float[,,] Uniform(RandomSequence source, int features)
    {
        const int resolution = 1 << 24;
        var numbers = new float[Samples, Steps, features];
        var drawn = source.Next(numbers.Length, resolution);
        Buffer.BlockCopy(Array.ConvertAll(drawn, number => (float)number / resolution), 0, numbers, 0, numbers.Length * sizeof(float));
        return numbers;
    }

    private static float[,,] Shares(float[,,] numbers)
    {
        var shares = (float[,,])numbers.Clone();
        for (var row = 0; row < Samples * Steps; row++)
        {
            var (sample, step) = (row / Steps, row % Steps);
            var sum = Enumerable.Range(0, Outputs).Sum(output => numbers[sample, step, output]);
            for (var output = 0; output < Outputs; output++)
            {
                shares[sample, step, output] /= sum;
            }
        }
        return shares;
    }

    private static string First(float[,,] values) => Text.Vector([.. Enumerable.Range(0, Outputs).Select(output => values[0, 0, output])]);
}
