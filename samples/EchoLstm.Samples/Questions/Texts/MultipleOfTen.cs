using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Texts;

internal static class MultipleOfTen
{
    internal static Question Question { get; } = new(
        "multiple-of-ten",
        "Does the sequence contain a multiple of 10? My classifier stays at chance",
        [124],
        """
        The reader's loop passed `epochs=epoch`, so that the first round trained for 0 epochs (here an error), and gave the network
        the numbers as they are. That a number ends in 0 can hardly be seen in its size: 39, 40 and 41 are nearly the same input.
        Give it what decides, here the last digit as one-hot row (the rest of a division by 10), and it learns at once. The program
        compares the two on sequences that were not trained on; to say no always is right in 6 of 10.
        """,
        Run);

    private static void Run()
    {
        var numbers = new RandomSequence(seed: 1).Next(600 * 5);
        var sizes = tensor(numbers).to(float32).reshape(600, 5, 1) / 100;
        var digits = tensor(OneHot.Encode([.. numbers.Select(number => number % 10)], classes: 10)).reshape(600, 5, 10);
        var labels = tensor([.. numbers.Chunk(5).Select(five => five.Any(number => number % 10 == 0) ? 1f : 0f)]).reshape(600, 1);
        foreach (var (name, x) in (Dictionary<string, Tensor>)new() { ["sizes"] = sizes, ["last digits"] = digits })
        {
            using var model = new SequentialModel(new Lstm(16), new Dense(1, Activation.Sigmoid)) { Seed = 1 };
            model.Compile(Loss.BinaryCrossentropy(), new Adam(0.02), Metric.Accuracy());
            model.Fit(x.narrow(0, 0, 500), labels.narrow(0, 0, 500), epochs: 12, batchSize: 50, verbose: 0);
            var right = model.Evaluate(x.narrow(0, 500, 100), labels.narrow(0, 500, 100))["accuracy"];
            Console.WriteLine($"{name,-11} {Show.Number(10 * right, 0),2} of 10 right");
        }
    }
}
