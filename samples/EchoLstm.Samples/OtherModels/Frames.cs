using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples;

/// <summary>
/// Sequences of images: a convolution for each frame, with the same weights, then an LSTM over what it found. A bright square crosses a
/// small picture; the model says whether it went to the right.
/// </summary>
internal static class Frames
{
    private const int Steps = 5, Size = 10, Square = 2;

    internal static void Run(Settings settings)
    {
        var (epochs, seed) = (settings.Epochs ?? 20, settings.Seed ?? 11);
        // Torch's own modules draw their first weights from Torch's generator; operations this small gain nothing from threads.
        manual_seed(seed);
        set_num_threads(1);
        var source = new RandomSequence(seed);
        var (x, y) = Films(source, 200);
        using var model = new SequentialModel(
            new TimeDistributed(nn.Conv2d(1, 4, 3)),
            new TimeDistributed(nn.ReLU()),
            new TimeDistributed(nn.MaxPool2d(2)),
            new TimeDistributed(new Flatten()),
            new Lstm(16),
            new Dense(1, Activation.Sigmoid)) { Seed = seed };
        model.Build(Steps, 1, Size, Size);
        model.Compile(Loss.BinaryCrossentropy(), new Adam(learningRate: 0.01), Metric.Accuracy());

        Console.WriteLine($"Shapes: X {Text.Shape(x)} (samples, frames, channels, height, width), y {Text.Shape(y)}");
        Console.WriteLine($"The first sample, which goes to the {(y[0, 0] == 1 ? "right" : "left")}:");
        for (var row = 0; row < Size; row++)
        {
            Console.WriteLine(string.Join("  ", Enumerable.Range(0, Steps).Select(frame => Line(x, frame, row))));
        }
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine($"Training: {epochs} epochs, batch size 20, seed {seed}");
        var history = model.Fit(x, y, epochs, batchSize: 20, settings.Verbose);
        var (newX, newY) = Films(source, 100);
        var accuracy = model.Evaluate(newX, newY)["accuracy"];
        Console.WriteLine();
        Console.WriteLine(
            $"frames: {model.CountParameters():N0} parameters, last loss {Text.Loss(history.Loss[^1])}, " +
            $"{accuracy * 100:0.#} % of 100 new samples right, trained in {history.Duration.TotalSeconds:F2} s, engine {history.Engine}");
    }

    private static (float[,,,,] X, float[,] Y) Films(RandomSequence source, int samples)
    {
        var (x, y) = (new float[samples, Steps, 1, Size, Size], new float[samples, 1]);
        var starts = source.Next(samples, Size - Square - Steps + 2);
        var rows = source.Next(samples, Size - Square + 1);
        var directions = source.Next(samples, 2);
        for (var sample = 0; sample < samples; sample++)
        {
            y[sample, 0] = directions[sample];
            for (var frame = 0; frame < Steps; frame++)
            {
                var left = starts[sample] + (directions[sample] == 1 ? frame : Steps - 1 - frame);
                for (var pixel = 0; pixel < Square * Square; pixel++)
                {
                    x[sample, frame, 0, rows[sample] + (pixel / Square), left + (pixel % Square)] = 1;
                }
            }
        }
        return (x, y);
    }

    private static string Line(float[,,,,] x, int frame, int row) =>
        string.Concat(Enumerable.Range(0, Size).Select(column => x[0, frame, 0, row, column] > 0 ? '#' : '.'));
}
