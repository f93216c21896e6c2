using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Samples.Questions.Texts;

internal static class Text
{
    internal static Question Question { get; } = new(
        "text",
        "Text as sequences: how do words become numbers, and what are the shapes?",
        [77, 109, 141],
        """
        Number the words from 1, pad the texts to one length with 0, and let an `Embedding` learn a vector for each word: 1000 texts
        of 100 words are (1000, 100) before it and (1000, 100, size) behind it. `maskZero` keeps the padding out of the LSTM and the
        loss. One-hot rows work too, without the Embedding: what Keras's to_categorical made two-dimensional for one text is
        (samples, time steps, words) here for a table of them, which is what TimeDistributed wants.
        """,
        Run);

    private static void Run()
    {
        string[] texts = ["the cat sat", "the dog sat down", "a bird"];
        List<string> words = ["", .. texts.SelectMany(text => text.Split(' ')).Distinct()];    // 0 is the padding
        int[][] numbers = [.. texts.Select(text => text.Split(' ').Select(word => words.IndexOf(word)).ToArray())];
        var x = SequencePadding.PadSequences<int>(numbers, padding: PaddingSide.Post);
        for (var i = 0; i < 3; i++)
        {
            Console.WriteLine($"{texts[i],-17}{Show.Numbers(Enumerable.Range(0, 4).Select(step => (double)x[i, step]), 0)}");
        }
        using var model = new SequentialModel(new Embedding(words.Count, 8, maskZero: true), new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(words.Count, Activation.Softmax))) { Seed = 1 };
        model.Build(-1);
        Console.WriteLine($"{Show.Shape(x)} becomes {model.Layers[0].OutputShape(new Shape(3, 4))}, then {Shape.Of(model.Predict(x))}; one-hot it is {Show.Shape(OneHot.Encode(x, words.Count))}");
        Console.WriteLine($"(1000, 100) becomes {model.Layers[0].OutputShape(new Shape(1000, 100))}");
    }
}
