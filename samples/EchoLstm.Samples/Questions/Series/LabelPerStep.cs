using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Series;

internal static class LabelPerStep
{
    internal static Question Question { get; } = new(
        "label-per-step",
        "The same label for each step blows up the memory (human activity data). What else?",
        [123],
        """
        First ask whether each step needs a label. To classify a recording, leave out `returnSequences` and TimeDistributed: one
        label a sample. Where every step shall say the label, use class indices with a sparse loss instead of one-hot rows, and
        stretch one label over the steps with `expand`: that is a view, which takes no memory of its own until it is trained on.
        The program does so for 10,000 recordings of 128 steps, and trains on the first twelve.
        """,
        Run);

    private static void Run()
    {
        var labels = arange(10_000).remainder(6);                // activity 0 to 5 of each recording
        var everyStep = labels.unsqueeze(1).expand(10_000, 128);
        Console.WriteLine($"one-hot at every step: {10_000L * 128 * 6 * sizeof(float) / 1e6} MB");
        Console.WriteLine($"one label a recording: {10_000L * sizeof(long) / 1e6} MB, and stretched to {Shape.Of(everyStep)} no more: strides {string.Join(", ", everyStep.stride())}");

        var x = zeros(12, 128, 9);
        using var atEnd = new SequentialModel(new Lstm(8), new Dense(6, Activation.Softmax)) { Seed = 1 };
        using var atEach = new SequentialModel(new Lstm(8, returnSequences: true), new TimeDistributed(new Dense(6, Activation.Softmax))) { Seed = 1 };
        atEnd.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());
        atEach.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());
        Console.WriteLine($"loss at the end {Show.Number(atEnd.TrainOnBatch(x, labels.narrow(0, 0, 12))["loss"], 2)}, at each step {Show.Number(atEach.TrainOnBatch(x, everyStep.narrow(0, 0, 12))["loss"], 2)}");
    }
}
