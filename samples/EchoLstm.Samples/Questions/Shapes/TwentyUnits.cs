using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class TwentyUnits
{
    internal static Question Question { get; } = new(
        "seven-five-hundred",
        "How does an input of (7, 5, 100) reach 20 units?",
        [71],
        """
        By two matrices and a bias, at each of the five steps anew:

            one step of a sample (100) x kernel (100, 80)            |
            its state so far      (20) x recurrent kernel (20, 80)   | added: 80 numbers = 4 gates of 20
            bias                                           (80)      |
            the gates make of the old state (20) the new one (20), which is the step's output

        7 is the number of samples that run beside each other, not a number of batches, and appears in no weight. With one-hot input
        the first product just picks a row of the kernel.
        """,
        Run);

    private static void Run()
    {
        using var model = EchoModels.SequenceEcho(seed: 1);      // batches of 7 samples, 5 steps, 100 classes
        var weights = model.Layers[0].GetWeights();
        Console.WriteLine($"kernel {Show.Shape(weights[0])}, recurrent kernel {Show.Shape(weights[1])}, bias {Show.Shape(weights[2])}");
        Console.WriteLine($"output of the Lstm {model.Layers[0].OutputShape(new Shape(7, 5, 100))}");

        var kernel = tensor((float[,])weights[0]);
        var product = tensor(OneHot.Encode([42], classes: 100)).matmul(kernel);
        Console.WriteLine($"one-hot 42 x kernel differs from row 42 by {Show.Number((product - kernel[42]).abs().max().item<float>(), 6)}");
    }
}
