using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class Autoencoder
{
    internal static Question Question { get; } = new(
        "autoencoder",
        "An LSTM autoencoder: X = y on a series of numbers. How do the shapes change?",
        [69],
        """
        Numbers become (samples, time steps, 1). The encoder squeezes a sample into one vector, the code; `RepeatVector` hands it to
        each step of the decoder, and TimeDistributed(Dense(1)) brings back one number a step, so that the output has x's shape and
        x is the target. The code of each sample is the first layer's output.
        """,
        Run);

    private static void Run()
    {
        float[] wave = [.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i * 0.7f))];
        var (x, _) = SupervisedFrames.ToSupervised(wave, nIn: 6, nOut: 6);
        using var model = new SequentialModel(
            new Lstm(4),
            new RepeatVector(6),
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        model.Fit(x, x, epochs: 200, batchSize: 35, verbose: 0);
        Console.WriteLine($"x {Show.Shape(x)}, code {Shape.Of(model.Layers[0].call(tensor(x)))}, output {Shape.Of(model.Predict(x))}");
        Console.WriteLine($"in   {Show.Numbers(tensor(x)[7])}");
        Console.WriteLine($"out  {Show.Numbers(model.Predict(x)[7])}");
    }
}
