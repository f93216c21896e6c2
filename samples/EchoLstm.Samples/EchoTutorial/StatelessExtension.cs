using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>The echo of whole sequences without state between batches, and with an update after each window.</summary>
internal static class StatelessExtension
{
    internal static void Run(Settings settings)
    {
        var seed = settings.Seed ?? 11;
        Comparison.Print(
            "The echo with and without state between batches",
            settings.Rounds ?? 1000,
            seed,
            "A window holds all that its echo needs, so state from the batch before adds nothing. " +
            "Batches of 1 need fewer rounds because a round has 21 updates then, not 3.",
            Echoes(seed));
    }

    private static IEnumerable<Echo> Echoes(int seed)
    {
        yield return new Echo("stateful, batches of 7", EchoModels.SequenceEcho(batchSize: 7, seed: seed), 7, seed);
        yield return new Echo("stateless, batches of 7", Stateless(seed), 7, seed);
        yield return new Echo("stateless, batches of 1", Stateless(seed), 1, seed);
    }

    private static SequentialModel Stateless(int seed)
    {
        var model = new SequentialModel(
            new Lstm(20, returnSequences: true),
            new TimeDistributed(new Dense(100, Activation.Softmax))) { Seed = seed };
        model.Build(5, 100);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return model;
    }
}
