namespace EchoLstm.Layers;

/// <summary>x above 0, else alpha · (exp(x) - 1) (Clevert et al. 2016): Keras's layer <c>ELU</c>. The shape stays.</summary>
/// <remarks>With alpha 1 it is <see cref="Activation.Elu"/>. A mask passes through.</remarks>
public sealed class Elu : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="alpha">What very negative numbers come to, below 0; finite, at least 0. <value>1</value></param>
    /// <exception cref="ArgumentOutOfRangeException">alpha is negative or not a finite number.</exception>
    public Elu(double alpha = 1)
        : this(new EluSettings { Alpha = alpha })
    {
    }

    internal Elu(EluSettings settings)
        : base(settings)
    {
        if (!(settings.Alpha >= 0 && double.IsFinite(settings.Alpha)))
        {
            throw new ArgumentOutOfRangeException(
                "alpha", settings.Alpha, "Elu's alpha must be a finite number of at least 0.");
        }
    }

    internal new EluSettings Settings => (EluSettings)base.Settings;

    /// <summary>What very negative numbers come to, below 0.</summary>
    public double Alpha => Settings.Alpha;

    private protected override bool ComputesWithFloats => true;

    internal override Activation? OutputActivation => Alpha == 1 ? Activation.Elu : null;

    internal override bool? EndsIn(Activation activation) => false;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var alpha = Alpha.ToScalar();
        using var one = 1.ToScalar();
        return input.elu(alpha, one, one);
    }
}
