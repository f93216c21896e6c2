using System.CommandLine;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>
/// A short article's example of TimeDistributed on random data: as the article has it, with a cross-entropy of numbers that are no probabilities, and in two ways
/// that make sense of the loss.
/// </summary>
internal static class ArticleCommand
{
    private const int Samples = 50, Steps = 64, Inputs = 15, Outputs = 8, Units = 32;
    private const int BatchSize = 32, PredictionBatchSize = 10;

    internal static Command Create() => FitOptions.Command(
        "article",
        "TimeDistributed(Dense) after an LSTM on random data, as a short article has it and as it should be (seconds).",
        epochs: 500,
        Print);

    private static void Print(FitSettings settings)
    {
        torch.set_num_threads(1);
        var source = new RandomSequence(settings.Seed);
        var x = RandomNumbers.Uniform(source, Samples, Steps, Inputs);
        var y = RandomNumbers.Uniform(source, Samples, Steps, Outputs);

        using var asPrinted = Create(Activation.Linear, Loss.CategoricalCrossentropy(), settings.Seed);
        Console.WriteLine("Random sequences through an LSTM and TimeDistributed(Dense) (article)");
        Console.WriteLine();
        Console.WriteLine($"Shapes: X {Figures.Shape(x)}, y {Figures.Shape(y)}");
        Console.WriteLine();
        Console.WriteLine(asPrinted.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Training: {settings.Epochs} epochs, batch size {BatchSize}, seed {settings.Seed}"));

        Run("As printed: cross-entropy, no softmax, any numbers as targets", asPrinted, x, y, settings);
        using var probabilities = Create(Activation.Softmax, Loss.CategoricalCrossentropy(), settings.Seed);
        Run("As it should be: cross-entropy, softmax, targets that sum to 1", probabilities, x, Shares(y), settings);
        using var regression = Create(Activation.Linear, Loss.MeanSquaredError(), settings.Seed);
        Run("Or: mean squared error, no softmax, any numbers as targets", regression, x, y, settings);
        Console.WriteLine();
        Console.WriteLine("The targets are random and have nothing to do with X: beyond their mean there is nothing to learn but these numbers by heart. A loss compares within one way, not between ways.");
    }

    private static SequentialModel Create(Activation activation, Loss loss, int seed)
    {
        var model = new SequentialModel(new Lstm(Units, returnSequences: true), new TimeDistributed(new Dense(Outputs, activation))) { Seed = seed };
        model.Build(Steps, Inputs);
        model.Compile(loss, new Adam());
        return model;
    }

    private static void Run(string title, SequentialModel model, float[,,] x, float[,,] y, FitSettings settings)
    {
        Console.WriteLine();
        Console.WriteLine(title);
        var history = TrainingRun.Show(model, x, y, settings.Epochs, BatchSize, settings.Verbose, "article");
        var predicted = model.Predict<float[,,]>(x, PredictionBatchSize);
        if (settings.Verbose < 2)
        {
            foreach (var warning in history.Warnings)
            {
                Console.WriteLine($"Warning: {warning}");
            }
        }
        Console.WriteLine($"Expected: {Row(y)}");
        Console.WriteLine($"Predicted {Row(predicted)}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{model.CountParameters():N0} parameters, loss {Figures.Loss(history.Loss[0])} to {Figures.Loss(history.Loss[^1])}, prediction {Figures.Shape(predicted)}, trained in {history.Duration.TotalSeconds:F2} s, engine {history.Engine}"));
    }

    private static float[,,] Shares(float[,,] numbers)
    {
        var shares = (float[,,])numbers.Clone();
        for (var sample = 0; sample < Samples; sample++)
        {
            for (var step = 0; step < Steps; step++)
            {
                var sum = Enumerable.Range(0, Outputs).Sum(output => numbers[sample, step, output]);
                for (var output = 0; output < Outputs; output++)
                {
                    shares[sample, step, output] /= sum;
                }
            }
        }
        return shares;
    }

    private static string Row(float[,,] values) => Figures.Vector(Enumerable.Range(0, Outputs).Select(output => values[0, 0, output]));
}
