using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Rounds;

/// <summary>A model, the data that it is trained on round by round, and the way to read its predictions.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Model">The model; the contender's.</param>
/// <param name="Windows">The windows of a round.</param>
/// <param name="BatchSize">The windows between two updates.</param>
/// <param name="Next">Makes the data of the next round.</param>
/// <param name="Read">Its predictions as integers, (windows, steps).</param>
internal sealed record Contender(string Name, SequentialModel Model, int Windows, int BatchSize, Func<Round> Next, Func<Round, int[,]> Read) : IDisposable
{
    /// <summary>The updates of a round.</summary>
    internal int UpdatesPerRound => (Windows + BatchSize - 1) / BatchSize;

    /// <summary>A model whose predictions are one-hot.</summary>
    internal static Contender OneHot(string name, SequentialModel model, int windows, int batchSize, Func<Round> next) =>
        new(name, model, windows, batchSize, next, round => Data.OneHot.Decode(model.Predict<float[,,]>(round.X, batchSize)));

    /// <summary>A model of the problem as it stands, and sequences of a seed.</summary>
    internal static Contender OneHot(string name, SequentialModel model, int batchSize, EchoProblem problem, int seed)
    {
        var source = new RandomSequence(seed);
        return OneHot(name, model, problem.Windows, batchSize, () => problem.Next(source));
    }

    /// <summary>One round: a new sequence, one epoch in the windows' order, states reset.</summary>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    internal IReadOnlyDictionary<string, double> Train(int verbose = 0, CancellationToken cancellationToken = default)
    {
        var round = Next();
        var history = Model.Fit(round.X, round.Y, epochs: 1, BatchSize, verbose, shuffle: false, sampleWeight: round.Weights is { } weights ? (TensorLike?)weights : null, cancellationToken: cancellationToken);
        Model.ResetStates();
        if (history.Outcome == FitOutcome.Canceled)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        return history.Names.ToDictionary(name => name, name => history[name][^1]);
    }

    /// <summary>How many items of new sequences it predicts right.</summary>
    internal Score Score(int sequences)
    {
        var score = new Score(0, 0);
        for (var i = 0; i < sequences; i++)
        {
            var round = Next();
            score += Rounds.Score.Of(round.Expected, Read(round));
        }
        return score;
    }

    public void Dispose() => Model.Dispose();
}
