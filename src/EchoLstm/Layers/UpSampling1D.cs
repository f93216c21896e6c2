namespace EchoLstm.Layers;

/// <summary>
/// Repeats each time step: Keras's <c>UpSampling1D</c>. (samples, time steps, features) becomes (samples, size · time steps, features).
/// </summary>
/// <remarks>It can't take masked steps, as the output has others.</remarks>
public sealed class UpSampling1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="size">How often each step is there. <value>2</value></param>
    /// <exception cref="ArgumentOutOfRangeException">size is below 1.</exception>
    public UpSampling1D(int size = 2)
        : this(new UpSampling1DSettings { Size = size })
    {
    }

    internal UpSampling1D(UpSampling1DSettings settings)
        : base(settings) => AtLeastOne(settings.Size, "size", "UpSampling1D");

    internal new UpSampling1DSettings Settings => (UpSampling1DSettings)base.Settings;

    /// <summary>How often each step is there.</summary>
    public int Size => Settings.Size;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        CheckOutputSize(input);
        StepMasks.Refuse(mask, Title, "its output has other time steps");
        return input.repeat_interleave(Size, 1);
    }
}
