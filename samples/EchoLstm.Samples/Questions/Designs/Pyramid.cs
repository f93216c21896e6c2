using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class Pyramid
{
    internal static Question Question { get; } = new(
        "pyramid",
        "A pyramid of LSTMs, in which each step of the second reads two of the first?",
        [92],
        """
        Let the first LSTM return its sequence, and `Reshape(-1, 2 * units)` puts each two steps side by side: (samples, T, F)
        becomes (samples, T / 2, 2 F). The number of steps must be even; pad it if not.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(
            new Lstm(8, returnSequences: true),
            new Reshape(-1, 16),
            new Lstm(8, returnSequences: true),
            new Reshape(-1, 16),
            new Lstm(8)) { Seed = 1 };
        model.Build(12, 3);
        Console.WriteLine(model.Summary());

        var pairs = model.Layers[1].call(arange(16, float32).reshape(1, 2, 8));
        Console.WriteLine($"steps of 8 side by side: {Show.Numbers(pairs, 0)}");
    }
}
