using EchoLstm.Layers;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Parameters;

internal static class FourGates
{
    internal static Question Question { get; } = new(
        "four-gates",
        "Where does the 4 in 4 * ((inputs + 1) * outputs + outputs²) come from?",
        [114],
        """
        An LSTM has three gates, which let in, keep and let out, and the candidate for the new content: four times the same
        computation with weights of its own. Each needs a weight for every input, one for every output of the step before, and a
        bias. The tutorial's author only guesses here. The program computes two steps by hand from the four parts of the layer's
        weights.
        """,
        Run);

    private static void Run()
    {
        using var lstm = new Lstm(2) { Seed = 1 };
        var x = tensor(new[,] { { 0.3f, -0.7f, 0.5f }, { 1f, 0.2f, -0.4f } });   // two steps of three features
        var output = lstm.call(x.unsqueeze(0));

        var weights = lstm.GetWeights();
        var (kernel, recurrent, bias) = (tensor((float[,])weights[0]), tensor((float[,])weights[1]), tensor((float[])weights[2]));
        var (h, c) = (zeros(2), zeros(2));
        for (var step = 0; step < 2; step++)
        {
            var parts = (x[step].matmul(kernel) + h.matmul(recurrent) + bias).chunk(4);
            var (letIn, keep, candidate, letOut) = (parts[0].sigmoid(), parts[1].sigmoid(), parts[2].tanh(), parts[3].sigmoid());
            c = (keep * c) + (letIn * candidate);
            h = letOut * c.tanh();
        }
        Console.WriteLine($"by hand {Show.Numbers(h, 5)}, by the layer {Show.Numbers(output, 5)}");
        Console.WriteLine($"4 * ((3 + 1) * 2 + 2 * 2) = {4 * (((3 + 1) * 2) + (2 * 2))}, counted in the layer: {lstm.CountParameters()}");
    }
}
