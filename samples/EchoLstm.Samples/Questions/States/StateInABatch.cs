using EchoLstm.Layers;
using EchoLstm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.States;

internal static class StateInABatch
{
    internal static Question Question { get; } = new(
        "state-in-a-batch",
        "Is the state shared inside a batch, and is batch size 1 needed to keep documents apart?",
        [139, 140],
        """
        No, twice. The tutorial's author says that the state goes from sample to sample within a batch. It does not: every sample of
        a batch has a state of its own. The program changes the second sample and only the second output changes; and each document
        alone gives what it gives beside the others, so that batch size 1 is not needed. What a stateful model does is something
        else: sample i of one batch hands its state to sample i of the next. After the change only the second sample's future
        differs.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(new Lstm(4, stateful: true), new Dense(1)) { Seed = 1 };
        model.Build(3, 1);
        var batch = tensor(new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }).reshape(3, 3, 1) / 10;
        var other = batch.clone();
        other[1].fill_(-1);
        Console.WriteLine($"second sample changed, outputs that change: {Show.Numbers(model.Predict(batch).ne(model.Predict(other)), 0)}");

        var alone = cat([.. Enumerable.Range(0, 3).Select(i => model.Predict(batch.narrow(0, i, 1)))]);
        Console.WriteLine($"each alone differs by {Show.Number((alone - model.Predict(batch)).abs().max().item<float>(), 6)}");

        var futures = new List<Tensor>();
        foreach (var first in (Tensor[])[batch, other])
        {
            model.ResetStates();
            model.Predict(first, carryState: true);
            futures.Add(model.Predict(batch, carryState: true));         // the next batch goes on from the first
        }
        Console.WriteLine($"outputs of the next batch that change: {Show.Numbers(futures[0].ne(futures[1]), 0)}");
    }
}
