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

    /// <summary>x above 0, else exp(x) - 1 (Clevert et al. 2016).</summary>
    Elu,

    /// <summary>1.0507 x above 0, else 1.0507 · 1.67326 (exp(x) - 1): it keeps mean 0 and variance 1 (Klambauer et al. 2017).</summary>
    Selu,

    /// <summary>
    /// x Φ(x), with the normal distribution's Φ (Hendrycks and Gimpel 2016): exact, as Keras's default, not by the hyperbolic tangent.
    /// </summary>
    Gelu,

    /// <summary>x / (1 + exp(-x)) (Ramachandran et al. 2017); Keras's <c>swish</c> and <c>silu</c>.</summary>
    Swish,

    /// <summary>log(1 + exp(x)): above 0 everywhere, so also for the spread of a distribution.</summary>
    Softplus,

    /// <summary>x / (1 + |x|).</summary>
    Softsign,

    /// <summary>exp(x).</summary>
    Exponential,

    /// <summary>x above 0, else 0.2 x, as Keras's activation has it; its layer <c>LeakyRelu</c> has another slope, 0.3.</summary>
    LeakyRelu,

    /// <summary>Keras 3's piecewise linear sigmoid, clip(x + 3, 0, 6) / 6: what it reads and writes as <c>hard_sigmoid</c>.</summary>
    HardSigmoidKeras3,

    /// <summary>x tanh(log(1 + exp(x))) (Misra 2019).</summary>
    Mish,
}
