using EchoLstm.Layers;

namespace EchoLstm.Samples.Questions.Parameters;

internal static class Xor
{
    internal static Question Question { get; } = new(
        "xor",
        "The formula gives me 4 parameters for outputs = 1. What is wrong?",
        [32],
        """
        The tutorial writes outputs^2 for a square, and a reader ran that. In Python and in C# alike `^` is not a power but XOR, bit
        by bit, and binds weaker than `+`. So 4 * ((inputs + 1) * outputs + outputs ^ 2) is 4 * (3 XOR 2) = 4 for one output. Write
        `outputs * outputs` or `Math.Pow(outputs, 2)`. Better, let the layer count: `CountParameters` adds up the tensors that there
        are, and `Summary(withFormulas: true)` prints the formula beside the number.
        """,
        Run);

    private static void Run()
    {
        const int inputs = 1;
        foreach (var outputs in (int[])[1, 5, 20])
        {
            using var lstm = new Lstm(outputs);
            lstm.Build(new Shape(null, 5, inputs));
            var wrong = 4 * ((inputs + 1) * outputs + outputs ^ 2);
            var right = 4 * ((inputs + 1) * outputs + outputs * outputs);
            Console.WriteLine($"outputs {outputs,2}: with ^ {wrong,4}, with a product {right,4}, counted {lstm.CountParameters(),4}");
        }
    }
}
