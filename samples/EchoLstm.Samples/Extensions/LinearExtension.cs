using System.CommandLine;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.Rounds;
using EchoLstm.Training;

namespace EchoLstm.Samples.Extensions;

/// <summary>Integers as numbers of 0 to 1 and the echo as a regression, beside the one-hot classes of the tutorial.</summary>
internal static class LinearExtension
{
    private const int BatchSize = 7;
    private static readonly EchoProblem Problem = new();

    internal static Command Create() => ComparisonCommand.Create(
        "linear",
        "Integers as classes or as numbers of 0 to 1",
        "seconds",
        rounds: 10000,
        "A number needs fewer parameters than a class for each integer, but must come within half an integer, 0.005, of its target, which takes many more updates.",
        Contenders);

    private static IEnumerable<Contender> Contenders(int seed)
    {
        yield return Contender.OneHot("one-hot, 20 units", EchoModels.SequenceEcho(BatchSize, seed: seed), BatchSize, Problem, seed);
        foreach (var units in (int[])[20, 100])
        {
            yield return Linear($"0 to 1, {units} units", units, seed);
        }
    }

    private static Contender Linear(string name, int units, int seed)
    {
        var model = new SequentialModel(new Lstm(units, returnSequences: true, stateful: true), new TimeDistributed(new Dense(1))) { Seed = seed };
        model.Build(new Shape(Problem.StepsIn, 1), BatchSize);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var source = new RandomSequence(seed);
        return new Contender(name, model, Problem.Windows, BatchSize, () => Next(source), round => Integers(model.Predict<float[,,]>(round.X, BatchSize)));
    }

    private static Round Next(RandomSequence source)
    {
        var sequence = source.Next(Problem.Length, Problem.Classes);
        float[] scaled = [.. sequence.Select(value => (float)value / (Problem.Classes - 1))];
        var (x, y) = SupervisedFrames.ToSupervised(scaled, Problem.StepsIn, Problem.StepsOut);
        return new Round(x, y, SupervisedFrames.ToSupervised(sequence, Problem.StepsIn, Problem.StepsOut).Y);
    }

    private static int[,] Integers(float[,,] scaled)
    {
        var integers = new int[scaled.GetLength(0), scaled.GetLength(1)];
        for (var window = 0; window < integers.GetLength(0); window++)
        {
            for (var step = 0; step < integers.GetLength(1); step++)
            {
                integers[window, step] = (int)MathF.Round(scaled[window, step, 0] * (Problem.Classes - 1));
            }
        }
        return integers;
    }
}
