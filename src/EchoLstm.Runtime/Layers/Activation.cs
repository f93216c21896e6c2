namespace EchoLstm.Layers;

/// <summary>A function that a layer applies to its output or, in a recurrent layer, to its gates.</summary>
public enum Activation
{
    /// <summary>x: no activation.</summary>
    Linear,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>
    /// Keras 2's piecewise linear sigmoid, clip(0.2 x + 0.5, 0, 1): its default for gates up to version 2.2 (Keras 3 has another function
    /// under this name).
    /// </summary>
    HardSigmoid,

    /// <summary>exp(x) / sum(exp(x)) over the last axis.</summary>
    Softmax,
}
