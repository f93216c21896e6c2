using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>Integers as numbers of 0 to 1 and the echo as a regression, beside the one-hot classes of the tutorial.</summary>
internal static class LinearExtension
{
    private const int BatchSize = 7, Steps = 5, Largest = 99;

    internal static void Run(Settings settings)
    {
        var seed = settings.Seed ?? 11;
        Comparison.Print(
            "Integers as classes or as numbers of 0 to 1",
            settings.Rounds ?? 10000,
            seed,
            "A number needs fewer parameters than a class for each integer, but must come within half an integer, 0.005, of its target, " +
            "which takes many more updates.",
            Echoes(seed));
    }

    private static IEnumerable<Echo> Echoes(int seed)
    {
        yield return new Echo("one-hot, 20 units", EchoModels.SequenceEcho(BatchSize, seed: seed), BatchSize, seed);
        foreach (var units in (int[])[20, 100])
        {
            var model = new SequentialModel(
                new Lstm(units, returnSequences: true, stateful: true),
                new TimeDistributed(new Dense(1))) { Seed = seed };
            model.Build(new Shape(Steps, 1), BatchSize);
            model.Compile(Loss.MeanSquaredError(), new Adam());
            yield return new LinearEcho($"0 to 1, {units} units", model, new RandomSequence(seed));
        }
    }

    private static EchoRound NextRound(RandomSequence source)
    {
        var sequence = source.Next(length: 25, classes: Largest + 1);
        float[] scaled = [.. sequence.Select(value => (float)value / Largest)];
        var (x, y) = SupervisedFrames.ToSupervised(scaled, Steps, Steps);
        return new EchoRound(x, y, SupervisedFrames.ToSupervised(sequence, Steps, Steps).Y);
    }

    private sealed class LinearEcho(string name, SequentialModel model, RandomSequence source)
        : Echo(name, model, BatchSize, () => NextRound(source))
    {
        internal override int[,] Predict(EchoRound round)
        {
            var scaled = Model.Predict<float[,,]>(round.X, BatchSize);
            var integers = new int[scaled.GetLength(0), Steps];
            for (var i = 0; i < integers.Length; i++)
            {
                integers[i / Steps, i % Steps] = (int)MathF.Round(scaled[i / Steps, i % Steps, 0] * Largest);
            }
            return integers;
        }
    }
}
