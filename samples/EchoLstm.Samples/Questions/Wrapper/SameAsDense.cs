using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class SameAsDense
{
    internal static Question Question { get; } = new(
        "time-distributed-dense",
        "Has TimeDistributed(Dense) other weights than Dense, and must steps > 1 be wrapped?",
        [40, 144, 155],
        """
        No, and no. On (samples, time steps, features) a Dense works on the last axis: it does the same at every step, with one set
        of weights, wrapped or not. Answers that say that the wrapper saves weights, that Dense flattens and mixes the steps, or
        that Dense on three axes only happens to run are wrong, at least since Keras 2. The program gives both models the same
        weights: equal counts, equal outputs, equal losses in every epoch. The wrapper is needed for what does not know time, such
        as a convolution of each picture of a film.
        """,
        Run);

    private static void Run()
    {
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        using var wrapped = new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        using var plain = new SequentialModel(new Lstm(5, returnSequences: true), new Dense(1)) { Seed = 2 };
        foreach (var model in (SequentialModel[])[wrapped, plain])
        {
            model.Build(5, 1);
            model.Compile(Loss.MeanSquaredError(), new Adam());
        }
        plain.SetWeights(wrapped.GetWeights());
        Console.WriteLine($"parameters: {wrapped.CountParameters()} and {plain.CountParameters()}");
        Console.WriteLine($"outputs:    {Shape.Of(wrapped.Predict(x))} and {Shape.Of(plain.Predict(x))}, largest difference {Show.Number((wrapped.Predict(x) - plain.Predict(x)).abs().max().item<float>(), 6)}");

        var first = wrapped.Fit(x, y, epochs: 200, batchSize: 1, verbose: 0).Loss;
        var second = plain.Fit(x, y, epochs: 200, batchSize: 1, verbose: 0).Loss;
        Console.WriteLine($"losses:     {first.Zip(second).Count(pair => Math.Abs(pair.First - pair.Second) < 1e-6)} of 200 are equal");
    }
}
