using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples;

/// <summary>
/// The echo of two integers of five by other models: all time steps as features of one, and one vector out with a softmax for each
/// integer in it.
/// </summary>
internal static class TopologiesExtension
{
    private const int Windows = 21, StepsIn = 5, StepsOut = 2, Classes = 100;

    internal static void Run(Settings settings)
    {
        var seed = settings.Seed ?? 11;
        Comparison.Print(
            "Two of five integers echoed by other topologies",
            settings.Rounds ?? 5000,
            seed,
            "With the steps as features each step has weights of its own and nothing has to be remembered, so it learns soonest; " +
            "the others must keep the first integers through all five steps.",
            Echoes(seed));
    }

    private static IEnumerable<Echo> Echoes(int seed)
    {
        var stepsAsFeatures = new Reshape(1, StepsIn * Classes);
        yield return new Echo("one-to-one, steps as features", Blocks(seed, stepsAsFeatures), Windows, seed, stepsOut: StepsOut);
        yield return new Echo("many-to-one, softmax a block", Blocks(seed), Windows, seed, stepsOut: StepsOut);
        yield return new Echo("encoder-decoder", EchoModels.EncoderDecoder(Windows, seed: seed), Windows, seed, stepsOut: StepsOut);
    }

    // Dense gives one vector for all integers. Under one softmax they would share a sum of 1, so each gets a row and a softmax of its own.
    private static SequentialModel Blocks(int seed, params nn.Module<Tensor, Tensor>[] first)
    {
        var model = new SequentialModel([
            .. first,
            new Lstm(150),
            new Dense(StepsOut * Classes),
            new Reshape(StepsOut, Classes),
            new ActivationLayer(Activation.Softmax)]) { Seed = seed };
        model.Build(StepsIn, Classes);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return model;
    }
}
