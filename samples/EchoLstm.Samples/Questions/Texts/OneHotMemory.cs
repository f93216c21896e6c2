using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Texts;

internal static class OneHotMemory
{
    internal static Question Question { get; } = new(
        "one-hot",
        "Why an own one-hot function, and what if one-hot rows of 70000 classes don't fit in memory?",
        [70, 76],
        """
        The tutorial writes its own to show what happens. Here `OneHot.Encode` does it for arrays and says what is wrong with a
        value that is no class; `torch.nn.functional.one_hot` does it for tensors; they agree. For many classes use neither: an
        `Embedding` looks up what a one-hot row would pick, and a sparse loss takes class indices as target. The program counts the
        bytes of 1000 sequences of nine steps of 70000 classes.
        """,
        Run);

    private static void Run()
    {
        var mine = tensor(OneHot.Encode([3, 0, 2], classes: 4));
        var torchs = nn.functional.one_hot(tensor(new long[] { 3, 0, 2 }), 4);
        Console.WriteLine($"equal: {mine.eq(torchs).all().item<bool>()}");
        Console.WriteLine($"one-hot {1000L * 9 * 70_000 * sizeof(float) / 1e6} MB, indices {1000L * 9 * sizeof(int) / 1e6} MB");

        using var model = new SequentialModel(new Embedding(70_000, 4), new Lstm(8, returnSequences: true), new TimeDistributed(new Dense(70_000, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Sgd());
        int[,] x = { { 5, 69_999, 12, 0, 7, 7, 31_415, 2, 1 } };
        Console.WriteLine($"{Show.Shape(x)} in, {model.OutputShape(new Shape(1, 9))} out, loss {Show.Number(model.TrainOnBatch(x, x)["loss"], 1)} = log 70000");
    }
}
