using EchoLstm.Data;
using EchoLstm.Layers;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class LastStep
{
    internal static Question Question { get; } = new(
        "last-step",
        "Which step is the last one, and is an LSTM crippled that returns only it?",
        [105],
        """
        The LSTM runs once a time step, always the same cell with the same weights: unrolling is only a way to draw that. Its output
        at the last step, the newest one, has been computed from all steps before it through the state. Without `returnSequences`
        the others are dropped and nothing else changes, as the program shows: same weights, same numbers. All units work at every
        step.
        """,
        Run);

    private static void Run()
    {
        using var all = new Lstm(3, returnSequences: true) { Seed = 1 };
        using var last = new Lstm(3) { Seed = 1 };
        var x = tensor(EchoSequence.Linear(5)).reshape(1, 5, 1);

        var sequence = all.call(x);
        for (var step = 0; step < 5; step++)
        {
            Console.WriteLine($"step {step + 1}: {Show.Numbers(sequence[0, step], 3)}");
        }
        Console.WriteLine($"alone:  {Show.Numbers(last.call(x), 3)}");
    }
}
