using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Adds normally distributed numbers of mean 0 in training: Keras's <c>GaussianNoise</c>. The shape stays. Predict and Evaluate add
/// nothing.
/// </summary>
/// <remarks>
/// Each value of each time step has a number of its own, from the model's own generator, so that one seed gives one training. A mask passes
/// through.
/// </remarks>
public sealed class GaussianNoise : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="stddev">The standard deviation of what is added; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">stddev is negative or not a finite number.</exception>
    public GaussianNoise(double stddev)
        : this(new GaussianNoiseSettings { Stddev = stddev })
    {
    }

    internal GaussianNoise(GaussianNoiseSettings settings)
        : base(settings)
    {
        if (!(settings.Stddev >= 0 && double.IsFinite(settings.Stddev)))
        {
            throw new ArgumentOutOfRangeException(
                "stddev", settings.Stddev, "stddev is a standard deviation: expected a finite number of at least 0.");
        }
    }

    internal new GaussianNoiseSettings Settings => (GaussianNoiseSettings)base.Settings;

    /// <summary>The standard deviation of what is added.</summary>
    public double Stddev => Settings.Stddev;

    private protected override bool ComputesWithFloats => true;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) => Generator = random;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (!training || Stddev == 0)
        {
            return input.alias();
        }
        var values = new float[input.numel()];
        Generator!.DrawNormal(Stddev, values);
        using var flat = tensor(values, dtype: input.dtype, device: input.device);
        using var noise = flat.reshape(input.shape);
        return input.Plus(noise);
    }
}
