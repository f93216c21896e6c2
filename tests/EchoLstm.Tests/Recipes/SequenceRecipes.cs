using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for lengths and labels.</summary>
public class SequenceRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void Sequences_of_different_lengths_padded()
    {
        #region
        var random = new Random(1);
        float[][,] series = [.. Enumerable.Range(0, 60).Select(i => Line(length: random.Next(3, 10), rising: i % 2 == 0))];
        var x = SequencePadding.PadSequences(series, padding: PaddingSide.Post, value: -9);    // (60, 9, 1)
        var y = new float[60, 1];
        for (var i = 0; i < 60; i += 2)
        {
            y[i, 0] = 1;                           // every other one rises
        }
        using var model = new SequentialModel(
            new Masking(-9),                           // no value of the data
            new Lstm(8),
            new Dense(1, Activation.Sigmoid)) { Seed = 1 };
        model.Build(-1, 1);                            // any number of time steps
        model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02), Metric.Accuracy());
        model.Fit(x, y, epochs: 60, verbose: 0);
        Console.WriteLine($"right: {model.Evaluate(x, y)["accuracy"]:P0}");

        var alone = model.Predict<float[,]>(SequencePadding.PadSequences([series[0]]));    // the first one, without padding
        var padded = model.Predict<float[,]>(x);
        Console.WriteLine($"padding changes nothing: {alone[0, 0] == padded[0, 0]}");

        float[,] Line(int length, bool rising)
        {
            var (line, start) = (new float[length, 1], random.NextSingle());
            for (var step = 0; step < length; step++)
            {
                line[step, 0] = start + (rising ? 0.1f : -0.1f) * step;
            }
            return line;
        }
        #endregion
    }

    [Fact]
    public void Sequences_of_different_lengths_without_padding()
    {
        #region
        float[][] series = [.. Enumerable.Range(0, 30).Select(i => Wave(length: 4 + (i % 3), start: i))];
        using var model = new SequentialModel(new Lstm(8), new Dense(1)) { Seed = 1 };
        model.Build(-1, 1);                                            // any number of time steps
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));

        var losses = new List<double>();
        for (var epoch = 0; epoch < 100; epoch++)
        {
            foreach (var group in series.GroupBy(one => one.Length))   // a batch has sequences of one length
            {
                using var all = torch.stack([.. group.Select(one => torch.tensor(one))]).unsqueeze(2);
                using var x = all.narrow(1, 0, group.Key - 1);         // all values but the last,
                using var y = all.select(1, group.Key - 1);            // which is the target
                losses.Add(model.TrainOnBatch(x, y)["loss"]);
            }
        }
        Console.WriteLine($"{losses.Count} batches, the loss falls to less than a tenth: {losses[^1] < losses[0] / 10}");

        float[] Wave(int length, int start) => [.. Enumerable.Range(start, length).Select(i => MathF.Sin(i))];
        #endregion
    }

    [Fact]
    public void An_output_that_ends_by_itself()
    {
        #region
        const int end = 0, start = 1, words = 7;
        int[][] texts = [[2, 3, 2, 4, end], [5, 6, end]];              // what to say about label 0, and about label 1
        var (x, y, weight) = (new float[2, 5, 2 + words], new int[2, 5], new float[2, 5]);
        for (var label = 0; label < 2; label++)
        {
            for (var step = 0; step < texts[label].Length; step++)
            {
                x[label, step, label] = 1;                             // the label, and the word before
                x[label, step, 2 + (step == 0 ? start : texts[label][step - 1])] = 1;
                (y[label, step], weight[label, step]) = (texts[label][step], 1);    // steps behind the end weigh 0
            }
        }
        using var model = new SequentialModel(
            new Lstm(16, returnSequences: true),
            new TimeDistributed(new Dense(words, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam(0.03));
        model.Fit(x, y, epochs: 150, verbose: 0, sampleWeight: weight);

        for (var label = 0; label < 2; label++)
        {
            using var stream = model.OpenStream();
            var said = new List<int>();
            for (var word = start; word != end && said.Count < 20;)
            {
                var input = new float[2 + words];
                (input[label], input[2 + word]) = (1, 1);
                var output = stream.Step(input);
                word = Array.IndexOf(output, output.Max());            // becomes the next input
                said.Add(word);
            }
            Console.WriteLine($"label {label}: {string.Join(' ', said)}");
        }
        #endregion
    }

    [Fact]
    public void One_label_a_sequence_or_one_a_step()
    {
        #region
        using var x = torch.rand(12, 128, 9);                          // 12 recordings of 128 steps
        using var labels = torch.arange(12).remainder(6);              // a class of 0 to 5 for each: (12)
        using var everyStep = labels.unsqueeze(1).expand(12, 128);     // the same at each step, without memory of its own

        using var atEnd = new SequentialModel(new Lstm(8), new Dense(6, Activation.Softmax)) { Seed = 1 };
        atEnd.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());
        atEnd.Fit(x, labels, verbose: 0);

        using var atEach = new SequentialModel(
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(6, Activation.Softmax))) { Seed = 1 };
        atEach.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());
        atEach.Fit(x, everyStep, verbose: 0);
        Console.WriteLine($"{Shape.Of(atEnd.Predict(x))} and {Shape.Of(atEach.Predict(x))}");
        #endregion
    }

    [Fact]
    public void A_rare_class()
    {
        #region
        var random = new Random(1);
        var (x, y) = (new float[400, 10, 1], new int[400]);
        for (var i = 0; i < 400; i++)
        {
            y[i] = i % 20 == 0 ? 1 : 0;                                // one of twenty is of class 1
            for (var step = 0; step < 10; step++)
            {
                x[i, step, 0] = random.NextSingle() + (0.2f * y[i]);
            }
        }
        Dictionary<int, double> alike = [], balanced = new() { [1] = 19 };
        foreach (var (name, weights) in new[] { ("all alike", alike), ("class 1 by 19", balanced) })
        {
            using var model = new SequentialModel(new Lstm(8), new Dense(2, Activation.Softmax)) { Seed = 1 };
            model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam(0.01));
            model.Fit(x, y, epochs: 30, verbose: 0, classWeight: weights);
            var probabilities = model.Predict<float[,]>(x);
            var found = Enumerable.Range(0, 400).Count(i => y[i] == 1 && probabilities[i, 1] > 0.5f);
            Console.WriteLine($"{name,-14} more than 15 of the 20 are found: {found > 15}");
        }
        #endregion
    }

    [Fact]
    public void Mark_the_wrong_word_of_a_sentence()
    {
        #region
        var random = new Random(1);
        var (words, marks) = Sentences(300);
        using var model = new SequentialModel(
            new Embedding(7, 8, maskZero: true),                       // word 0 is padding
            new Lstm(16, returnSequences: true),
            new TimeDistributed(new Dense(1, Activation.Sigmoid))) { Seed = 1 };
        model.Build(-1);
        model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02), Metric.Accuracy());
        model.Fit(words, marks, epochs: 25, verbose: 0);

        var (others, expected) = Sentences(100);
        var accuracy = model.Evaluate(others, expected)["accuracy"];
        Console.WriteLine($"more than 90 % of new words are judged right: {accuracy > 0.9}");

        // Words of 1 to 6; one is wrong if it does not follow the word before: 1 2 3 6 1.
        (int[,] Words, torch.Tensor Marks) Sentences(int count)
        {
            var (lines, labels) = (new List<int[]>(), new List<float[]>());
            for (var i = 0; i < count; i++)
            {
                var line = new int[random.Next(4, 8)];
                line[0] = random.Next(1, 7);
                for (var step = 1; step < line.Length; step++)
                {
                    line[step] = random.Next(3) == 0 ? random.Next(1, 7) : (line[step - 1] % 6) + 1;
                }
                lines.Add(line);
                labels.Add([.. line.Select((word, step) => step > 0 && word != (line[step - 1] % 6) + 1 ? 1f : 0f)]);
            }
            var words = SequencePadding.PadSequences<int>(lines, padding: PaddingSide.Post);
            var marks = SequencePadding.PadSequences<float>(labels, padding: PaddingSide.Post);
            return (words, torch.tensor(marks).unsqueeze(2));          // (sentences, words, 1)
        }
        #endregion
    }

    [Fact]
    public void Give_the_model_what_decides()
    {
        #region
        int[] numbers = new RandomSequence(seed: 1).Next(600 * 5);     // 600 sequences of five numbers below 100
        float[] answers = [.. numbers.Chunk(5).Select(five => five.Any(number => number % 10 == 0) ? 1f : 0f)];
        int[] lastDigits = [.. numbers.Select(number => number % 10)];
        using var y = torch.tensor(answers).reshape(600, 1);
        using var sizes = torch.tensor([.. numbers.Select(number => number / 100f)]).reshape(600, 5, 1);
        using var digits = torch.tensor(OneHot.Encode(lastDigits, classes: 10)).reshape(600, 5, 10);

        foreach (var (name, x) in new[] { ("as sizes", sizes), ("by last digit", digits) })
        {
            using var model = new SequentialModel(new Lstm(16), new Dense(1, Activation.Sigmoid)) { Seed = 1 };
            model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02), Metric.Accuracy());
            model.Fit(x[..500], y[..500], epochs: 12, verbose: 0);
            Console.WriteLine($"{name,-13}  {10 * model.Evaluate(x[500..], y[500..])["accuracy"]:F0} of 10 right");
        }
        #endregion
    }
}
