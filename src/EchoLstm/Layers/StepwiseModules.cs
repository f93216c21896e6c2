using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>Which of TorchSharp's modules compute each step of (samples, time steps, features) from that step alone.</summary>
internal static class StepwiseModules
{
    internal static bool Contains(nn.Module module) => module switch
    {
        Linear or Identity => true,
        // As for inference, where they drop nothing.
        TorchSharp.Modules.Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout => true,
        LayerNorm norm => norm.normalized_shape.Length == 1,
        // More than one number is one for each entry of the second axis, the time steps.
        PReLU rectifier => rectifier.num_parameters == 1,
        Softmax softmax => softmax.dim is -1 or > 1,
        LogSoftmax softmax => softmax.dim is -1 or > 1,
        Softmin softmin => softmin.dim is -1 or > 1,
        GLU gate => gate.dim is -1 or > 1,
        CELU or ELU or GELU or Hardshrink or Hardsigmoid or Hardswish or Hardtanh or LeakyReLU or LogSigmoid or Mish or ReLU or ReLU6
            or RReLU or SELU or Sigmoid or SiLU or Softplus or Softshrink or Softsign or Tanh or Tanhshrink or Threshold => true,
        Sequential modules => modules.children().All(Contains),
        _ => false,
    };
}
