using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Questions.Designs;

internal static class UntilEndToken
{
    internal static Question Question { get; } = new(
        "until-end-token",
        "Does the decoder need a start token, and how does an output end by itself?",
        [73, 78],
        """
        After `RepeatVector` a decoder needs no start token: its input is the encoder's vector at every step, and its length is
        fixed. (The author answers yes; the model has no place for one.) A decoder that gets its own last word as input does need
        something for the first step, and in return may stop by itself. Training gives it the right words, shifted by one behind a
        start token (teacher forcing), beside what the text shall be about, here a label; padding has the weight 0. Then a stream
        runs step by step, each word becomes the next input, until the end token comes. So texts by label have any length.
        """,
        Run);

    private static void Run()
    {
        const int end = 0, start = 1, words = 7;
        int[][] texts = [[2, 3, 2, 4, end], [5, 6, end]];        // one for each label
        var (x, y, weight) = (new float[2, 5, 2 + words], new int[2, 5], new float[2, 5]);
        for (var label = 0; label < 2; label++)
        {
            for (var step = 0; step < texts[label].Length; step++)
            {
                x[label, step, label] = 1;
                x[label, step, 2 + (step == 0 ? start : texts[label][step - 1])] = 1;
                (y[label, step], weight[label, step]) = (texts[label][step], 1);
            }
        }
        using var model = new SequentialModel(new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(words, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam(0.03));
        model.Fit(x, y, epochs: 150, verbose: 0, sampleWeight: weight);

        for (var label = 0; label < 2; label++)
        {
            using var stream = model.OpenStream();
            Console.Write($"label {label}:");
            for (var word = start; word != end;)
            {
                var input = new float[2 + words];
                (input[label], input[2 + word]) = (1, 1);
                var output = stream.Step(input);
                word = Array.IndexOf(output, output.Max());
                Console.Write(word == end ? " end\n" : $" {word}");
            }
        }
    }
}
