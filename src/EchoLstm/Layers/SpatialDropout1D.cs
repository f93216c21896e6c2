namespace EchoLstm.Layers;

/// <summary>
/// Sets a share of the features to 0 in training, each for a whole sequence, and scales the others by 1 / (1 - rate) (Tompson et al. 2015):
/// Keras's <c>SpatialDropout1D</c>. (samples, time steps, features) keeps its shape. Predict and Evaluate drop nothing.
/// </summary>
/// <remarks>
/// Where neighbouring steps are alike, a feature that <see cref="Dropout"/> drops at one step can be seen at the next; here it is gone. The
/// numbers come from the model's own generator, so that one seed gives one training. A mask passes through.
/// </remarks>
public sealed class SpatialDropout1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="rate">The share of features that are dropped, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">rate is not of [0, 1).</exception>
    public SpatialDropout1D(double rate)
        : this(new SpatialDropout1DSettings { Rate = rate })
    {
    }

    internal SpatialDropout1D(SpatialDropout1DSettings settings)
        : base(settings) => DropoutMask.CheckRate(settings.Rate, "rate");

    internal new SpatialDropout1DSettings Settings => (SpatialDropout1DSettings)base.Settings;

    /// <summary>The share of features that are dropped.</summary>
    public double Rate => Settings.Rate;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) => Generator = random;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (!training || Rate == 0)
        {
            return input.alias();
        }
        using var kept = DropoutMask.Draw(Generator!, Rate, [input.shape[0], 1, input.shape[2]], input);
        return input * kept;
    }
}
