namespace EchoLstm.Tests.Layers;

/// <summary>The activations as their papers have them, in double precision.</summary>
internal static class TextbookActivation
{
    private const double SeluScale = 1.0507009873554805, SeluAlpha = 1.6732632423543772;

    internal static double[] Apply(Activation activation, double[] x)
    {
        var exponentials = activation == Activation.Softmax ? x.Select(Math.Exp).Sum() : 0;
        return [.. x.Select(value => activation == Activation.Softmax ? Math.Exp(value) / exponentials : Value(activation, value))];
    }

    /// <summary>The derivative.</summary>
    internal static double Slope(Activation activation, double x) => activation switch
    {
        Activation.Linear => 1,
        Activation.Relu => x > 0 ? 1 : 0,
        Activation.Tanh => 1 / Math.Pow(Math.Cosh(x), 2),
        Activation.Sigmoid => Sigmoid(x) * Sigmoid(-x),
        Activation.HardSigmoid => Math.Abs(x) < 2.5 ? 0.2 : 0,
        Activation.Elu => x > 0 ? 1 : Math.Exp(x),
        Activation.Selu => SeluScale * (x > 0 ? 1 : SeluAlpha * Math.Exp(x)),
        Activation.Gelu => NormalShare(x) + (x * NormalDensity(x)),
        Activation.Swish => Sigmoid(x) * (1 + (x * Sigmoid(-x))),
        Activation.Softplus => Sigmoid(x),
        Activation.Softsign => 1 / Math.Pow(1 + Math.Abs(x), 2),
        Activation.Exponential => Math.Exp(x),
        Activation.LeakyRelu => x > 0 ? 1 : 0.2,
        Activation.HardSigmoidKeras3 => Math.Abs(x) < 3 ? 1.0 / 6 : 0,
        Activation.Mish => Math.Tanh(Softplus(x)) + (x * Sigmoid(x) / Math.Pow(Math.Cosh(Softplus(x)), 2)),
        _ => throw new NotSupportedException($"The textbook has no {activation}."),
    };

    /// <summary>Where the derivative jumps.</summary>
    internal static double[] Bends(Activation activation) => activation switch
    {
        Activation.Relu or Activation.Elu or Activation.Selu or Activation.LeakyRelu => [0],
        Activation.HardSigmoid => [-2.5, 2.5],
        Activation.HardSigmoidKeras3 => [-3, 3],
        _ => [],
    };

    private static double Value(Activation activation, double x) => activation switch
    {
        Activation.Linear => x,
        Activation.Relu => Math.Max(x, 0),
        Activation.Tanh => Math.Tanh(x),
        Activation.Sigmoid => Sigmoid(x),
        Activation.HardSigmoid => Math.Clamp((0.2 * x) + 0.5, 0, 1),
        Activation.Elu => x > 0 ? x : ExpMinusOne(x),
        Activation.Selu => SeluScale * (x > 0 ? x : SeluAlpha * ExpMinusOne(x)),
        Activation.Gelu => x * NormalShare(x),
        Activation.Swish => x * Sigmoid(x),
        Activation.Softplus => Softplus(x),
        Activation.Softsign => x / (1 + Math.Abs(x)),
        Activation.Exponential => Math.Exp(x),
        Activation.LeakyRelu => x > 0 ? x : 0.2 * x,
        Activation.HardSigmoidKeras3 => Math.Clamp(x + 3, 0, 6) / 6,
        Activation.Mish => x * Math.Tanh(Softplus(x)),
        _ => throw new NotSupportedException($"The textbook has no {activation}."),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

    // Below 1e-4 three terms are exact to double precision.
    private static double LogOnePlus(double x) => x < 1e-4 ? x * (1 - (x / 2) + (x * x / 3)) : Math.Log(1 + x);

    private static double ExpMinusOne(double x) => Math.Abs(x) < 1e-4 ? x * (1 + (x / 2) + (x * x / 6)) : Math.Exp(x) - 1;

    private static double NormalDensity(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    // Marsaglia 2004: 1/2 + φ(x) (x + x³/3 + x⁵/15 + ...); beyond 8 it is 0 or 1 to 15 digits.
    private static double NormalShare(double x)
    {
        if (Math.Abs(x) > 8)
        {
            return x > 0 ? 1 : 0;
        }
        var (sum, term) = (x, x);
        for (var k = 3; k < 400; k += 2)
        {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + (sum * NormalDensity(x));
    }
}
