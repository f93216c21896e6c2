using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Texts;

internal static class NextSentence
{
    internal static Question Question { get; } = new(
        "next-sentence",
        "How does the end of a sentence matter for the next one?",
        [125],
        """
        Make the LSTM stateful, and give the sentences of one text the same row of successive batches: the first batch has the first
        sentence of each text, the second the second, and so on, not shuffled, and states are reset where the texts begin anew.
        Padding is masked, and a masked step carries the state on, so that what arrives in the next sentence is the state after the
        last word. In the program a word is wrong if it does not follow the word before it, also over the end of a sentence. Without
        state the first word of a sentence can only be guessed; with it it is judged like any other.
        """,
        Run);

    private static void Run()
    {
        const int texts = 20, sentences = 30, vocabulary = 6;
        var random = new RandomSequence(seed: 1);
        var (words, marks) = Texts();
        var (others, expected) = Texts();
        foreach (var stateful in (bool[])[false, true])
        {
            using var model = new SequentialModel(
                new Embedding(vocabulary + 1, 8, maskZero: true),
                new Lstm(16, returnSequences: true, stateful: stateful),
                new TimeDistributed(new Dense(1, Activation.Sigmoid))) { Seed = 1 };
            model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02));
            model.Fit(words, marks, epochs: 12, batchSize: texts, shuffle: false, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: _ => model.ResetStates())]);
            var right = model.Predict(others, batchSize: texts).gt(0.5).eq(expected).to(float32);
            Console.WriteLine($"stateful {stateful,-5}: right of the first words {Show.Number(100 * right.select(1, 0).mean().item<float>(), 0)} %, of the second {Show.Number(100 * right.select(1, 1).mean().item<float>(), 0)} %");
        }

        (int[,] Words, Tensor Marks) Texts()
        {
            var (lines, labels, before) = (new List<int[]>(), new List<int[]>(), new int[texts]);
            for (var row = 0; row < sentences * texts; row++)
            {
                var line = new int[3 + random.Next(1, classes: 4)[0]];
                var label = new int[line.Length];
                for (var step = 0; step < line.Length; step++)
                {
                    var follower = (before[row % texts] % vocabulary) + 1;
                    line[step] = random.Next(1, classes: 2)[0] == 0 ? follower : 1 + random.Next(1, classes: vocabulary)[0];
                    (label[step], before[row % texts]) = (line[step] == follower ? 0 : 1, line[step]);
                }
                lines.Add(line);
                labels.Add(label);
            }
            return (SequencePadding.PadSequences<int>(lines, padding: PaddingSide.Post), tensor(SequencePadding.PadSequences<int>(labels, padding: PaddingSide.Post)).unsqueeze(2));
        }
    }
}
