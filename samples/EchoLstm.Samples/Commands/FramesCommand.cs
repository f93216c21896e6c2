using System.CommandLine;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Commands;

/// <summary>
/// Sequences of images: a convolution for each frame, with the same weights, then an Lstm over what it found. A bright square crosses a small picture; the model
/// says whether it went to the right.
/// </summary>
internal static class FramesCommand
{
    private const int Frames = 5, Size = 10, Square = 2;
    private const int TrainingSamples = 200, NewSamples = 100, BatchSize = 20;

    internal static Command Create() => FitOptions.Command("frames", "Sequences of images: TimeDistributed over a convolution, then an LSTM (seconds).", epochs: 20, Print, hasPictures: true);

    private static void Print(FitSettings settings)
    {
        set_num_threads(1);
        // Torch's own modules draw their first weights from Torch's generator.
        manual_seed(settings.Seed);
        var source = new RandomSequence(settings.Seed);
        var (x, y) = Films(source, TrainingSamples);
        using var model = new SequentialModel(
            new TimeDistributed(nn.Conv2d(1, 4, 3)),
            new TimeDistributed(nn.ReLU()),
            new TimeDistributed(nn.MaxPool2d(2)),
            new TimeDistributed(new Flatten()),
            new Lstm(16),
            new Dense(1, Activation.Sigmoid)) { Seed = settings.Seed };
        model.Build(Frames, 1, Size, Size);
        model.Compile(Loss.BinaryCrossentropy(), new Adam(learningRate: 0.01), Metric.Accuracy());

        Console.WriteLine("Sequences of images in, one answer out (frames)");
        Console.WriteLine();
        Console.WriteLine($"Shapes: X {Figures.Shape(x)} (samples, frames, channels, height, width), y {Figures.Shape(y)}");
        Console.WriteLine($"The first sample, which goes to the {(y[0, 0] == 1 ? "right" : "left")}:");
        Console.Write(Picture(x));
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Training: {settings.Epochs} epochs, batch size {BatchSize}, seed {settings.Seed}"));
        var history = TrainingRun.Show(model, x, y, settings.Epochs, BatchSize, settings.Verbose, "frames");
        var (newX, newY) = Films(source, NewSamples);
        var figures = model.Evaluate(newX, newY);
        Console.WriteLine();
        var pictures = new PlotFolder(settings.Plot, "frames");
        pictures.Save(history);
        pictures.Save(model);
        pictures.Tell();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"frames: {model.CountParameters():N0} parameters, last loss {Figures.Loss(history.Loss[^1])}, {figures["accuracy"] * 100:0.#} % of {NewSamples} new samples right, trained in {history.Duration.TotalSeconds:F2} s, engine {history.Engine}"));
    }

    private static (float[,,,,] X, float[,] Y) Films(RandomSequence source, int samples)
    {
        var (x, y) = (new float[samples, Frames, 1, Size, Size], new float[samples, 1]);
        var starts = source.Next(samples, Size - Square - Frames + 2);
        var rows = source.Next(samples, Size - Square + 1);
        var directions = source.Next(samples, 2);
        for (var sample = 0; sample < samples; sample++)
        {
            y[sample, 0] = directions[sample];
            for (var frame = 0; frame < Frames; frame++)
            {
                var left = starts[sample] + (directions[sample] == 1 ? frame : Frames - 1 - frame);
                for (var pixel = 0; pixel < Square * Square; pixel++)
                {
                    x[sample, frame, 0, rows[sample] + (pixel / Square), left + (pixel % Square)] = 1;
                }
            }
        }
        return (x, y);
    }

    // The frames beside each other.
    private static string Picture(float[,,,,] x)
    {
        var text = new StringWriter();
        for (var row = 0; row < Size; row++)
        {
            text.WriteLine(string.Join("  ", Enumerable.Range(0, Frames).Select(frame => string.Concat(Enumerable.Range(0, Size).Select(column => x[0, frame, 0, row, column] > 0 ? '#' : '.')))));
        }
        return text.ToString();
    }
}
