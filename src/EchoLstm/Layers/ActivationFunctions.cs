using EchoLstm.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>The activations on tensors.</summary>
internal static class ActivationFunctions
{
    /// <summary>Applies the activation; the result is a tensor of its own.</summary>
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
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(activation),
                    activation,
                    $"{activation} is no activation: expected one of {string.Join(", ", Enum.GetNames<Activation>())}.");
        }
    }

    /// <summary>Throws when the value is none of the activations.</summary>
    internal static Activation Validated(this Activation activation, string parameter) =>
        Enum.IsDefined(activation)
            ? activation
            : throw new ArgumentOutOfRangeException(
                parameter,
                activation,
                $"{activation} is no activation: expected one of {string.Join(", ", Enum.GetNames<Activation>())}.");
}
