using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples;

/// <summary>A model that echoes random integers. A round is a new sequence in windows, the oldest integers of each its target.</summary>
internal class Echo(string name, SequentialModel model, int batchSize, Func<EchoRound> next) : IDisposable
{
    /// <summary>A model of integers as one-hot rows, 25 integers of 0 to 99 unless said otherwise.</summary>
    internal Echo(
        string name, SequentialModel model, int batchSize, int seed, int stepsIn = 5, int stepsOut = 5, int length = 25, int classes = 100)
        : this(name, model, batchSize, OneHotRounds(new RandomSequence(seed), stepsIn, stepsOut, length, classes))
    {
    }

    internal string Name => name;

    internal SequentialModel Model => model;

    /// <summary>How often its weights were updated.</summary>
    internal int Updates { get; private set; }

    /// <summary>One round: a new sequence, one epoch in the windows' order, states reset.</summary>
    internal History Train(int verbose = 0)
    {
        var round = Next();
        var weights = round.Weights is { } array ? (TensorLike?)array : null;
        var history = model.Fit(round.X, round.Y, epochs: 1, batchSize, verbose, shuffle: false, sampleWeight: weights);
        model.ResetStates();
        Updates += (round.X.GetLength(0) + batchSize - 1) / batchSize;
        return history;
    }

    internal EchoRound Next() => next();

    /// <summary>The integers that the model says, (windows, steps).</summary>
    internal virtual int[,] Predict(EchoRound round) => OneHot.Decode(model.Predict<float[,,]>(round.X, batchSize));

    /// <summary>How many integers of new sequences it says right.</summary>
    internal EchoScore Score(int sequences)
    {
        var score = new EchoScore(0, 0);
        for (var i = 0; i < sequences; i++)
        {
            var round = Next();
            score += EchoScore.Of(round.Expected, Predict(round));
        }
        return score;
    }

    /// <summary>Trains it and prints what the tutorial prints: each window of a new sequence, expected and predicted.</summary>
    internal void Show(string title, int rounds, Settings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        Console.WriteLine($"{title} ({name})");
        Console.WriteLine();
        Console.WriteLine(model.Summary());
        Console.WriteLine();
        Console.WriteLine(
            $"Training: {rounds} rounds, each a new sequence in batches of {batchSize}, not shuffled, states reset, seed {model.Seed}");
        var (history, seconds) = (Train(settings.Verbose), 0.0);
        for (var round = 2; round <= rounds; round++)
        {
            seconds += history.Duration.TotalSeconds;
            history = Train(settings.Verbose);
        }
        Console.WriteLine();

        var fresh = Next();
        var predicted = Predict(fresh);
        for (var window = 0; window < predicted.GetLength(0); window++)
        {
            Console.WriteLine($"Expected: {Row(fresh.Expected, window)} Predicted {Row(predicted, window)}");
        }
        var score = EchoScore.Of(fresh.Expected, predicted);
        Console.WriteLine();
        Console.WriteLine(
            $"{name}: {model.CountParameters():N0} parameters, last loss {Text.Loss(history.Loss[^1])}, " +
            $"accuracy {history["accuracy"][^1]:F4}, {score.Right} of {score.Items} items of a new sequence right, " +
            $"trained in {seconds + history.Duration.TotalSeconds:F2} s, engine {model.Engine}");
    }

    /// <summary>Trains one with each of the seeds and prints how many get a share of the integers of new sequences right.</summary>
    internal static void Rate(Func<int, Echo> create, int rounds, int seeds, int sequences, double enough)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        // A model a core: threads inside of one would wait for each other.
        torch.set_num_threads(1);
        Console.WriteLine($"Seeds 1 to {seeds}, {rounds} rounds each, then {sequences} new sequence{(sequences == 1 ? "" : "s")}");
        Console.WriteLine();
        Console.WriteLine("seed  last loss         right");
        Console.WriteLine("----  ---------  ------------");
        var scores = new EchoScore[seeds];
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            using var echo = create(i + 1);
            for (var round = 1; round < rounds; round++)
            {
                echo.Train();
            }
            var loss = echo.Train().Loss[^1];
            scores[i] = echo.Score(sequences);
            Console.WriteLine($"{i + 1,4}  {Text.Loss(loss),9}  {scores[i],12}");
        });
        Console.WriteLine();
        var goal = enough == 1 ? "every item" : $"at least {enough * 100:0.##} % of items";
        Console.WriteLine($"{scores.Count(score => score.Share >= enough)} of {seeds} seeds end with {goal} right");
    }

    public void Dispose() => model.Dispose();

    private static string Row(int[,] values, int row) =>
        $"[{string.Join(", ", Enumerable.Range(0, values.GetLength(1)).Select(column => values[row, column]))}]";

    private static Func<EchoRound> OneHotRounds(RandomSequence source, int stepsIn, int stepsOut, int length, int classes) => () =>
    {
        var (x, y) = SupervisedFrames.RandomEcho(source, stepsIn, stepsOut, length, classes);
        return new EchoRound(x, y, OneHot.Decode(y));
    };
}
