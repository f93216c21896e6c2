namespace EchoLstm.Layers;

/// <summary>x above 0, else a small share of it (Maas et al. 2013): Keras's layer <c>LeakyReLU</c>. The shape stays.</summary>
/// <remarks>Keras's activation of the same name has another slope: <see cref="Activation.LeakyRelu"/>, 0.2. A mask passes
/// through.</remarks>
public sealed class LeakyRelu : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="negativeSlope">The share of what is below 0; finite, at least 0. <value>0.3</value></param>
    /// <exception cref="ArgumentOutOfRangeException">negativeSlope is negative or not a finite number.</exception>
    public LeakyRelu(double negativeSlope = 0.3)
        : this(new LeakyReluSettings { NegativeSlope = negativeSlope })
    {
    }

    internal LeakyRelu(LeakyReluSettings settings)
        : base(settings)
    {
        if (!(settings.NegativeSlope >= 0 && double.IsFinite(settings.NegativeSlope)))
        {
            throw new ArgumentOutOfRangeException(
                "negativeSlope", settings.NegativeSlope, "LeakyRelu's negativeSlope must be a finite number of at least 0.");
        }
    }

    internal new LeakyReluSettings Settings => (LeakyReluSettings)base.Settings;

    /// <summary>The share of what is below 0.</summary>
    public double NegativeSlope => Settings.NegativeSlope;

    private protected override bool ComputesWithFloats => true;

    internal override Activation? OutputActivation => Activation.Linear;

    internal override bool? EndsIn(Activation activation) => false;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var slope = NegativeSlope.ToScalar();
        return input.leaky_relu(slope);
    }
}
