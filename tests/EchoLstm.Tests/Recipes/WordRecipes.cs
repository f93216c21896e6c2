using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for words.</summary>
public class WordRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void Text_to_a_class()
    {
        #region
        string[] texts = ["good film", "a good cast", "bad film", "a bad cast", "what a good film", "what a bad film"];
        int[] labels = [1, 1, 0, 0, 1, 0];
        List<string> vocabulary = ["", .. texts.SelectMany(text => text.Split(' ')).Distinct()];    // 0 is padding
        var x = Numbers(texts);                                        // (6, 4)

        using var model = new SequentialModel(
            new Embedding(vocabulary.Count, 8, maskZero: true),        // (samples, words, 8)
            new Lstm(8),
            new Dense(2, Activation.Softmax)) { Seed = 1 };
        model.Build(-1);                                               // any number of words
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam(0.02));
        model.Fit(x, labels, epochs: 60, verbose: 0);

        var probabilities = model.Predict<float[,]>(Numbers(["a good bad film", "good", "what a bad cast"]));
        Console.WriteLine($"'good' is good: {probabilities[1, 1] > 0.5}, 'what a bad cast': {probabilities[2, 1] > 0.5}");

        int[,] Numbers(string[] texts) => SequencePadding.PadSequences<int>(
            [.. texts.Select(text => text.Split(' ').Select(word => vocabulary.IndexOf(word)).ToArray())]);
        #endregion
    }

    [Fact]
    public void Many_classes_without_one_hot_rows()
    {
        #region
        const int words = 70_000;                                      // nine one-hot rows are 2.5 MB, nine indices 36 bytes
        using var model = new SequentialModel(
            new Embedding(words, 4),                                   // looks up what a one-hot row would select
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(words, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());

        int[,] x = { { 5, 69_999, 12, 0, 7, 7, 31_415, 2, 1 } }, y = { { 69_999, 12, 0, 7, 7, 31_415, 2, 1, 9 } };
        var loss = model.TrainOnBatch(x, y)["loss"];
        Console.WriteLine($"{model.OutputShape(new Shape(1, 9))}, loss {loss:F1}, as of a guess: {Math.Log(words):F1}");
        #endregion
    }

    [Fact]
    public void What_one_sentence_leaves_for_the_next()
    {
        #region
        const int texts = 20, sentences = 30;
        var random = new Random(1);
        var x = new int[texts * sentences, 4];                         // the first sentence of each text, the second of each, ...
        var y = new float[texts * sentences, 4, 1];                    // 1: the word is that before it, also over a sentence's end
        var last = new int[texts];
        for (var row = 0; row < texts * sentences; row++)
        {
            for (var step = 0; step < 4; step++)
            {
                x[row, step] = random.Next(2) == 0 ? last[row % texts] : random.Next(6);
                y[row, step, 0] = x[row, step] == last[row % texts] ? 1 : 0;
                last[row % texts] = x[row, step];
            }
        }
        foreach (var stateful in new[] { false, true })
        {
            using var model = new SequentialModel(
                new Embedding(6, 8),
                new Lstm(16, returnSequences: true, stateful: stateful),
                new TimeDistributed(new Dense(1, Activation.Sigmoid))) { Seed = 1 };
            model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02));
            for (var epoch = 0; epoch < 15; epoch++)
            {
                model.Fit(x, y, batchSize: texts, shuffle: false, verbose: 0);    // text i is sample i of each batch
                model.ResetStates();                                              // the texts begin anew
            }
            var judged = model.Predict<float[,,]>(x, batchSize: texts);
            var right = Enumerable.Range(0, texts * sentences).Count(row => (judged[row, 0, 0] > 0.5f) == (y[row, 0, 0] == 1));
            Console.WriteLine($"stateful {stateful,-5}  more than 90 % of the first words are right: {right > 540}");
        }
        #endregion
    }
}
