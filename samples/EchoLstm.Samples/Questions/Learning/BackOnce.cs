using EchoLstm.Data;
using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Learning;

internal static class BackOnce
{
    internal static Question Question { get; } = new(
        "back-propagation",
        "Is back-propagation done five times for five steps?",
        [153],
        """
        Once. The losses of the five steps are added up (or averaged) to one number, and one backward pass goes from it through all
        steps. Its gradient is the sum of the five gradients that five passes would give, which the program computes one by one.
        There is one update of the weights a batch.
        """,
        Run);

    private static void Run()
    {
        var x = tensor(EchoSequence.Linear(5)).reshape(1, 5, 1);
        using var lstm = new Lstm(5, returnSequences: true) { Seed = 1 };
        using var dense = new Dense(1) { Seed = 1 };
        var losses = (dense.call(lstm.call(x)) - x).square().flatten();          // one for each step
        var weights = lstm.parameters().First();

        var once = Gradient(losses.sum());
        var fiveTimes = zeros_like(weights);
        for (var step = 0; step < 5; step++)
        {
            fiveTimes += Gradient(losses[step]);
        }
        Console.WriteLine($"{losses.shape[0]} losses, largest gradient {Show.Number(once.abs().max().item<float>(), 4)}, one pass and five differ by {Show.Number((once - fiveTimes).abs().max().item<float>(), 6)}");

        Tensor Gradient(Tensor loss) => autograd.grad([loss], [weights], retain_graph: true)[0];
    }
}
