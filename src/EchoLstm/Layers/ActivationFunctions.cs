using EchoLstm.Torch;

namespace EchoLstm.Layers;

internal static class ActivationFunctions
{
    internal static Tensor Apply(this Activation activation, Tensor x)
    {
        switch (activation)
        {
            case Activation.Linear:
                return x.alias();
            case Activation.Relu:
                return x.relu();
            case Activation.Tanh:
                return x.tanh();
            case Activation.Sigmoid:
                return x.sigmoid();
            case Activation.HardSigmoid:
                using (var scaled = x.Times(0.2))
                using (var shifted = scaled.Plus(0.5))
                {
                    return shifted.Within(0, 1);
                }
            case Activation.Softmax:
                return nn.functional.softmax(x, -1);
            case Activation.Elu:
                using (var one = 1.ToScalar())
                {
                    return x.elu(one, one, one);
                }
            case Activation.Selu:
                return x.selu();
            case Activation.Gelu:
                return x.gelu();
            case Activation.Swish:
                return x.silu();
            case Activation.Softplus:
                return Softplus(x);
            case Activation.Softsign:
                using (var size = x.abs())
                using (var larger = size.Plus(1))
                {
                    return x / larger;
                }
            case Activation.Exponential:
                return x.exp();
            case Activation.LeakyRelu:
                using (var slope = 0.2.ToScalar())
                {
                    return x.leaky_relu(slope);
                }
            case Activation.HardSigmoidKeras3:
                // libtorch 2.10's own hardsigmoid has a slope of float32's 1/6 for doubles too.
                using (var shifted = x.Plus(3))
                using (var clipped = shifted.Within(0, 6))
                {
                    return clipped.Times(1 / 6.0);
                }
            case Activation.Mish:
                using (var smooth = Softplus(x))
                using (var gate = smooth.tanh())
                {
                    return x * gate;
                }
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(activation),
                    activation,
                    $"{activation} is no activation: expected one of {string.Join(", ", Enum.GetNames<Activation>())}.");
        }
    }

    // log(1 + exp(x)) = -log(1 / (1 + exp(x))), which loses no digits and never overflows.
    private static Tensor Softplus(Tensor x)
    {
        using var negative = x.negative();
        using var logarithm = nn.functional.logsigmoid(negative);
        return logarithm.negative();
    }

    internal static Activation Validated(this Activation activation, string parameter) =>
        Enum.IsDefined(activation)
            ? activation
            : throw new ArgumentOutOfRangeException(
                parameter,
                activation,
                $"{activation} is no activation: expected one of {string.Join(", ", Enum.GetNames<Activation>())}.");
}
