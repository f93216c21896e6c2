using EchoLstm.Layers;

namespace EchoLstm.Onnx;

/// <summary>The activations as ONNX's operators, and as the functions that its recurrent operators know.</summary>
internal static class ActivationNodes
{
    private const float SixthPart = (float)(1 / 6.0);

    internal static string Apply(OnnxGraph graph, Activation activation, string x) => activation switch
    {
        Activation.Linear => x,
        Activation.Relu => graph.Main("Relu", [x]),
        Activation.Tanh => graph.Main("Tanh", [x]),
        Activation.Sigmoid => graph.Main("Sigmoid", [x]),
        Activation.HardSigmoid => graph.Main("HardSigmoid", [x], ("alpha", 0.2f), ("beta", 0.5f)),
        Activation.HardSigmoidKeras3 => graph.Main("HardSigmoid", [x], ("alpha", SixthPart), ("beta", 0.5f)),
        Activation.Softmax => graph.Main("Softmax", [x], ("axis", -1L)),
        Activation.Elu => graph.Main("Elu", [x], ("alpha", 1f)),
        Activation.Selu => graph.Main("Selu", [x], ("alpha", 1.6732632f), ("gamma", 1.050701f)),
        Activation.Gelu => graph.Main("Mul", [
            graph.Op("Mul", [x, graph.Number(0.5f)]),
            graph.Op("Add", [graph.Op("Erf", [graph.Op("Mul", [x, graph.Number((float)Math.Sqrt(0.5))])]), graph.Number(1)]),
        ]),
        Activation.Swish => graph.Main("Mul", [x, graph.Op("Sigmoid", [x])]),
        Activation.Softplus => graph.Main("Softplus", [x]),
        Activation.Softsign => graph.Main("Softsign", [x]),
        Activation.Exponential => graph.Main("Exp", [x]),
        Activation.LeakyRelu => graph.Main("LeakyRelu", [x], ("alpha", 0.2f)),
        Activation.Mish => graph.Main("Mul", [x, graph.Op("Tanh", [graph.Op("Softplus", [x])])]),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, $"{activation} has no form in ONNX."),
    };

    /// <summary>The attributes of a recurrent operator that say its functions. Each function takes its numbers from the front of the
    /// lists; one that has none takes nothing.</summary>
    /// <exception cref="NotSupportedException">ONNX's recurrent operators lack one.</exception>
    internal static IEnumerable<(string Name, object Value)> OfCell(LayerSettings layer, params Activation[] activations)
    {
        var functions = activations.Select(activation => Function(layer, activation)).ToList();
        yield return ("activations", functions.Select(function => function.Name).ToArray());
        float[] alphas = [.. functions.Where(function => function.Alpha is not null).Select(function => function.Alpha!.Value)];
        float[] betas = [.. functions.Where(function => function.Beta is not null).Select(function => function.Beta!.Value)];
        if (alphas.Length > 0)
        {
            yield return ("activation_alpha", alphas);
        }
        if (betas.Length > 0)
        {
            yield return ("activation_beta", betas);
        }
    }

    private static (string Name, float? Alpha, float? Beta) Function(LayerSettings layer, Activation activation) => activation switch
    {
        Activation.Linear => ("Affine", 1, 0),
        Activation.Relu => ("Relu", null, null),
        Activation.Tanh => ("Tanh", null, null),
        Activation.Sigmoid => ("Sigmoid", null, null),
        Activation.HardSigmoid => ("HardSigmoid", 0.2f, 0.5f),
        Activation.HardSigmoidKeras3 => ("HardSigmoid", SixthPart, 0.5f),
        Activation.Elu => ("Elu", 1, null),
        Activation.LeakyRelu => ("LeakyRelu", 0.2f, null),
        Activation.Softplus => ("Softplus", null, null),
        Activation.Softsign => ("Softsign", null, null),
        _ => throw OnnxExport.Refused(
            layer,
            $"has {activation} inside, which ONNX's recurrent operators do not know",
            "Train it with one of Linear, Relu, Tanh, Sigmoid, HardSigmoid, HardSigmoidKeras3, Elu, LeakyRelu, Softplus, Softsign"),
    };
}
