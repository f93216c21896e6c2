namespace EchoLstm.Layers;

/// <summary>Applies a function to every value, softmax to the last axis: Keras's <c>Activation</c> layer. The shape stays.</summary>
public sealed class ActivationLayer : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="activation">The function.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
    public ActivationLayer(Activation activation)
        : this(new ActivationSettings { Activation = activation })
    {
    }

    internal ActivationLayer(ActivationSettings settings)
        : base(settings) => settings.Activation.Validated("activation");

    internal new ActivationSettings Settings => (ActivationSettings)base.Settings;

    /// <summary>The function.</summary>
    public Activation Activation => Settings.Activation;

    internal override bool? EndsIn(Activation activation) => activation == Activation;

    internal override Activation? OutputActivation => Activation;

    private protected override Tensor Compute(Tensor input, Tensor? mask) => Activation.Apply(input);
}
