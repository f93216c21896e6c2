using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Texts;

internal static class WrongWord
{
    internal static Question Question { get; } = new(
        "wrong-word",
        "Which word of a sentence is wrong? Sentences have other lengths, and padding must not count",
        [125],
        """
        Pad words with 0 and labels with anything, say -1. `Embedding(maskZero: true)` marks the padding, the mask travels through
        the LSTM and TimeDistributed, and loss and accuracy leave it out. The label of each word is 0 or 1, from a sigmoid. Here a
        word is wrong if it does not follow the word before it. Should the end of a sentence matter for the next, see
        [next-sentence](#next-sentence).
        """,
        Run);

    private static void Run()
    {
        var random = new RandomSequence(seed: 1);
        var (words, marks) = Sentences(300);
        using var model = new SequentialModel(
            new Embedding(7, 8, maskZero: true),
            new Lstm(16, returnSequences: true),
            new TimeDistributed(new Dense(1, Activation.Sigmoid))) { Seed = 1 };
        model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02), Metric.Accuracy());
        model.Fit(words, marks, epochs: 20, batchSize: 30, verbose: 0);

        var (others, expected) = Sentences(100);
        Console.WriteLine($"right in new sentences: {Show.Number(100 * model.Evaluate(others, expected)["accuracy"], 0)} % of the words that are none of the padding");
        Console.WriteLine($"words  {Show.Numbers(tensor(others)[0], 0)}");
        Console.WriteLine($"wrong  {Show.Numbers(model.Predict(others)[0].gt(0.5), 0)}");

        (int[,] Words, Tensor Marks) Sentences(int count)
        {
            var (lines, labels) = (new List<int[]>(), new List<int[]>());
            for (var i = 0; i < count; i++)
            {
                var line = random.Next(random.Next(1, classes: 4)[0] + 4, classes: 12).Select(number => 1 + (number % 6)).ToArray();
                for (var step = 1; step < line.Length; step++)
                {
                    line[step] = random.Next(1, classes: 3)[0] == 0 ? line[step] : (line[step - 1] % 6) + 1;
                }
                lines.Add(line);
                labels.Add([.. line.Select((word, step) => step > 0 && word != (line[step - 1] % 6) + 1 ? 1 : 0)]);
            }
            return (SequencePadding.PadSequences<int>(lines, padding: PaddingSide.Post), tensor(SequencePadding.PadSequences<int>(labels, padding: PaddingSide.Post, value: -1)).unsqueeze(2));
        }
    }
}
