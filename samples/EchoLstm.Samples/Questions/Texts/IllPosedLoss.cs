using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Texts;

internal static class IllPosedLoss
{
    internal static Question Question { get; } = new(
        "ill-posed-loss",
        "Cross-entropy on random numbers without softmax, as the article has it: is that sound?",
        [39],
        """
        No. Categorical cross-entropy compares probabilities: it divides the outputs by their sum and takes logarithms. The
        article's outputs have no softmax, so they are negative as often as not, and its random targets don't sum to 1. It runs,
        since what is no probability is clipped, and no NaN appears; but the loss measures nothing, and where outputs are clipped
        there is no gradient. `Fit` warns once, in `History.Warnings`. Use softmax and targets that are probabilities, or mean
        squared error for numbers.
        """,
        Run);

    private static void Run()
    {
        var x = tensor(new RandomSequence(1).Next(50 * 64 * 15)).to(float32).reshape(50, 64, 15) / 100;
        var y = tensor(new RandomSequence(2).Next(50 * 64 * 8)).to(float32).reshape(50, 64, 8) / 100;
        (Activation, Loss, Tensor)[] ways =
        [
            (Activation.Linear, Loss.CategoricalCrossentropy(), y),
            (Activation.Softmax, Loss.CategoricalCrossentropy(), y / y.sum(-1, keepdim: true)),
            (Activation.Linear, Loss.MeanSquaredError(), y),
        ];
        foreach (var (activation, loss, target) in ways)
        {
            using var model = new SequentialModel(new Lstm(32, returnSequences: true), new TimeDistributed(new Dense(8, activation))) { Seed = 1 };
            model.Compile(loss, new Adam());
            var history = model.Fit(x, target, epochs: 4, verbose: 0);
            var output = model.Predict(x);
            Console.WriteLine($"{activation} with {loss.Name}: finite {history.Loss.All(double.IsFinite)}, falling {history.Loss[3] < history.Loss[0]}, outputs below 0 {output.lt(0).any().item<bool>()}");
            foreach (var warning in history.Warnings)
            {
                Console.WriteLine($"  {warning}");
            }
        }
    }
}
