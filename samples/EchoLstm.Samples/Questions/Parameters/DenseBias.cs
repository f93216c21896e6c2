using EchoLstm.Layers;

namespace EchoLstm.Samples.Questions.Parameters;

internal static class DenseBias
{
    internal static Question Question { get; } = new(
        "dense-bias",
        "Is the bias in the formula of Dense?",
        [115],
        """
        Yes. A Dense layer has inputs * outputs weights and a bias for each output: inputs * outputs + outputs, or (inputs + 1) *
        outputs. The article's n = inputs * outputs + outputs is complete.
        """,
        Run);

    private static void Run()
    {
        foreach (var useBias in (bool[])[true, false])
        {
            using var dense = new Dense(5, useBias: useBias);
            dense.Build(new Shape(null, 5));
            Console.WriteLine($"bias {useBias,-5}: {dense.CountParameters()} parameters in {string.Join(" and ", dense.GetWeights().Select(Show.Shape))}");
        }
    }
}
