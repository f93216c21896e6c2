using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>What an activation is to the kernels: its kind, and the numbers by which functions of a kind differ.</summary>
/// <param name="Kind">Which function; Selu is an Elu, Keras 3's hard sigmoid a HardSigmoid with other numbers.</param>
/// <param name="Above">The slope above 0 of what bends there.</param>
/// <param name="Below">The slope below 0, what an Elu comes to there, or a hard sigmoid's slope.</param>
internal readonly record struct LaneFunction(Activation Kind, float Above = 1, float Below = 0)
{
    // Klambauer et al. 2017.
    private const double SeluScale = 1.0507009873554804934;
    private const double SeluAlpha = 1.6732632423543772848;

    /// <summary>Whether the slope can't be told from the value: where the value does not say what it came from, or not cheaply.</summary>
    internal bool NeedsInput => Kind is Activation.Gelu or Activation.Swish or Activation.Mish or Activation.Softplus;

    public static implicit operator LaneFunction(Activation activation) => activation switch
    {
        Activation.Elu => new(Activation.Elu, 1, 1),
        Activation.Selu => new(Activation.Elu, (float)SeluScale, (float)(SeluScale * SeluAlpha)),
        Activation.LeakyRelu => new(Activation.LeakyRelu, 1, 0.2f),
        Activation.HardSigmoid => new(Activation.HardSigmoid, 1, 0.2f),
        Activation.HardSigmoidKeras3 => new(Activation.HardSigmoid, 1, 1 / 6f),
        _ => new(activation),
    };
}
