using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>One of the tutorial's models, the sequence that it shall say again, and how the tutorial trains it.</summary>
internal sealed record EchoTask(
    string Name, string Title, SequentialModel Model, float[] Sequence, Array X, Array Y, int Epochs, int BatchSize) : IDisposable
{
    private const int DefaultLength = 5;
    private const int DefaultSeed = 71;

    internal static Func<Settings, EchoTask>[] Three { get; } = [OneToOne, ManyToOne, ManyToMany];

    /// <summary>Each number a sample. All samples make one batch, so that no state needs to go from one to the next.</summary>
    internal static EchoTask OneToOne(Settings settings)
    {
        var length = settings.Length ?? DefaultLength;
        var sequence = EchoSequence.Linear(length);
        var (x, y) = EchoSequence.FrameOneToOne(sequence);          // (5, 1, 1) and (5, 1)

        var model = new SequentialModel(new Lstm(settings.Units ?? length), new Dense(1)) { Seed = settings.Seed ?? DefaultSeed };
        model.Build(1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var (epochs, batchSize) = (settings.Epochs ?? 1000, settings.BatchSize ?? length);
        return new EchoTask("one-to-one", "One value in, one value out", model, sequence, x, y, epochs, batchSize);
    }

    /// <summary>The numbers as time steps of one sample, its target one vector: no TimeDistributed.</summary>
    internal static EchoTask ManyToOne(Settings settings)
    {
        var length = settings.Length ?? DefaultLength;
        var sequence = EchoSequence.Linear(length);
        var (x, y) = EchoSequence.FrameManyToOne(sequence);         // (1, 5, 1) and (1, 5)

        var model = new SequentialModel(new Lstm(settings.Units ?? length), new Dense(length)) { Seed = settings.Seed ?? DefaultSeed };
        model.Build(length, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var (epochs, batchSize) = (settings.Epochs ?? 500, settings.BatchSize ?? 1);
        return new EchoTask("many-to-one", "A sequence in, one vector out", model, sequence, x, y, epochs, batchSize);
    }

    /// <summary>The numbers as time steps of a sample and of its target: the LSTM returns each, and each goes through one Dense.</summary>
    internal static EchoTask ManyToMany(Settings settings)
    {
        var length = settings.Length ?? DefaultLength;
        var sequence = EchoSequence.Linear(length);
        var (x, y) = EchoSequence.FrameManyToMany(sequence);        // both (1, 5, 1)

        var model = new SequentialModel(
            new Lstm(settings.Units ?? length, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = settings.Seed ?? DefaultSeed };
        model.Build(length, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var (epochs, batchSize) = (settings.Epochs ?? 1000, settings.BatchSize ?? 1);
        return new EchoTask("many-to-many", "A sequence in, a sequence out, step by step", model, sequence, x, y, epochs, batchSize);
    }

    /// <summary>The model's predictions in the sequence's order: each framing has its numbers one after another.</summary>
    internal float[] Predict()
    {
        using var output = Model.Predict(X);
        return output.data<float>().ToArray();
    }

    /// <summary>Whether every prediction rounds to its number at one decimal, as the tutorial prints them.</summary>
    internal bool IsLearned() => Text.LargestError(Predict(), Sequence) < 0.05f;

    public void Dispose() => Model.Dispose();
}
