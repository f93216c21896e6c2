using System.CommandLine;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.Rounds;
using EchoLstm.Training;

namespace EchoLstm.Samples.Extensions;

/// <summary>The echo of whole sequences without state between batches, and with an update after each window.</summary>
internal static class StatelessExtension
{
    private const int BatchSize = 7;

    internal static Command Create() => ComparisonCommand.Create(
        "stateless",
        "The echo with and without state between batches",
        "seconds",
        rounds: 1000,
        "A window holds all that its echo needs, so state from the batch before adds nothing. Batches of 1 need fewer rounds because a round has 21 updates then, not 3.",
        Contenders);

    private static IEnumerable<Contender> Contenders(int seed)
    {
        var problem = new EchoProblem();
        yield return Contender.OneHot("stateful, batches of 7", EchoModels.SequenceEcho(BatchSize, seed: seed), BatchSize, problem, seed);
        yield return Contender.OneHot("stateless, batches of 7", Stateless(problem, seed), BatchSize, problem, seed);
        yield return Contender.OneHot("stateless, batches of 1", Stateless(problem, seed), 1, problem, seed);
    }

    private static SequentialModel Stateless(EchoProblem problem, int seed)
    {
        var model = new SequentialModel(new Lstm(20, returnSequences: true), new TimeDistributed(new Dense(problem.Classes, Activation.Softmax))) { Seed = seed };
        model.Build(problem.StepsIn, problem.Classes);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return model;
    }
}
