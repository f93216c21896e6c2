using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class Product
{
    internal static Question Question { get; } = new(
        "product",
        "(1, 5, 2) to (1, 5, 1): can a network learn the product [1..5] x [10..50] = [10, 40, 90, 160, 250]?",
        [127],
        """
        It can learn these five numbers: scale inputs and targets to about 1, since an unscaled 250 is out of reach of small
        weights, and give it units and epochs enough. Batch size and `stateful` change nothing for one sample. But one sample
        teaches that one sequence, not multiplication: on the same factors in another order the program's model is wrong. To learn
        the product, train on many random pairs.
        """,
        Run);

    private static void Run()
    {
        var x = tensor(new[,] { { 1f, 10f }, { 2f, 20f }, { 3f, 30f }, { 4f, 40f }, { 5f, 50f } }).unsqueeze(0) / tensor(new[] { 5f, 50f });
        var y = tensor(new[] { 10f, 40f, 90f, 160f, 250f }).reshape(1, 5, 1) / 250;
        foreach (var (units, epochs) in ((int, int)[])[(10, 20), (1, 300), (10, 300)])
        {
            using var model = new SequentialModel(new Lstm(units, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
            model.Fit(x, y, epochs, batchSize: 1, verbose: 0);
            var error = 250 * (model.Predict(x) - y).abs().max().item<float>();
            var turned = 250 * (model.Predict(x.flip(1)) - y.flip(1)).abs().max().item<float>();
            Console.WriteLine($"{units,2} units, {epochs,3} epochs: {(error < 5 ? "within" : "not within")} 5 of each product; the factors backwards: {(turned < 5 ? "within" : "not within")} 5");
        }
    }
}
