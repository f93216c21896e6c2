using System.CommandLine;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.Rounds;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Extensions;

/// <summary>The echo of two integers of five by other shapes of model: all time steps as features of one, and one vector out with a softmax for each integer in it.</summary>
internal static class TopologiesExtension
{
    private const int Units = 150;

    internal static Command Create() => ComparisonCommand.Create(
        "topologies",
        "Two of five integers echoed by other topologies",
        "a minute or two",
        rounds: 5000,
        "With the steps as features each step has weights of its own and nothing has to be remembered, so it learns soonest; the others must keep the first integers through all five steps.",
        Contenders);

    private static IEnumerable<Contender> Contenders(int seed)
    {
        var problem = new EchoProblem(StepsOut: 2);
        var batchSize = problem.Windows;
        yield return Contender.OneHot("one-to-one, steps as features", Blocks(problem, seed, new Reshape(1, problem.StepsIn * problem.Classes)), batchSize, problem, seed);
        yield return Contender.OneHot("many-to-one, softmax a block", Blocks(problem, seed), batchSize, problem, seed);
        yield return Contender.OneHot("encoder-decoder", EchoModels.EncoderDecoder(batchSize, seed: seed), batchSize, problem, seed);
    }

    /// <summary>Dense gives one vector for all integers. One softmax over it would make them share a sum of 1, so each gets a row and a softmax of its own.</summary>
    private static SequentialModel Blocks(EchoProblem problem, int seed, params nn.Module<Tensor, Tensor>[] first)
    {
        var model = new SequentialModel([
            .. first,
            new Lstm(Units),
            new Dense(problem.StepsOut * problem.Classes),
            new Reshape(problem.StepsOut, problem.Classes),
            new ActivationLayer(Activation.Softmax)]) { Seed = seed };
        model.Build(problem.StepsIn, problem.Classes);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return model;
    }
}
