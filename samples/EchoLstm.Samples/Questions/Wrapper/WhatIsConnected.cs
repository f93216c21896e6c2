using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class WhatIsConnected
{
    internal static Question Question { get; } = new(
        "connections",
        "What is connected to what when the wrapper is left out?",
        [156],
        """
        With a Dense, wrapped or not, each step's output comes from that step's input alone. Only if the time axis is flattened away
        is every output connected to every step, and that takes a weight for each pair: 104 parameters instead of 8 for four steps
        of three features. The program changes the second step and shows which outputs follow.
        """,
        Run);

    private static void Run()
    {
        SequentialModel[] models =
        [
            new(new TimeDistributed(new Dense(2))) { Seed = 1, Name = "wrapped" },
            new(new Dense(2)) { Seed = 1, Name = "plain" },
            new(new Flatten(), new Dense(8), new Reshape(4, 2)) { Seed = 1, Name = "flattened" },
        ];
        var x = ones(1, 4, 3);
        var other = x.clone();
        other[0, 1].fill_(5);
        foreach (var model in models)
        {
            model.Build(4, 3);
            var changed = model.Predict(x).ne(model.Predict(other)).any(2);
            Console.WriteLine($"{model.Name,-9} {model.CountParameters(),3} parameters, steps that change: {Show.Numbers(changed, 0)}");
            model.Dispose();
        }
    }
}
