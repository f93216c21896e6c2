namespace EchoLstm.Layers;

/// <summary>
/// Sets a share of the values to 0 in training and scales the others by 1 / (1 - rate), so that the mean stays (Srivastava et al. 2014):
/// Keras's <c>Dropout</c>. The shape stays. Predict and Evaluate drop nothing.
/// </summary>
/// <remarks>
/// Each value of each time step is drawn anew; to drop the same features at every step use a recurrent layer's <c>dropout</c>. The numbers
/// come from the model's own generator, so that one seed gives one training.
/// </remarks>
public sealed class Dropout : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="rate">The share of values that are dropped, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">rate is not of [0, 1).</exception>
    public Dropout(double rate)
        : this(new DropoutSettings { Rate = rate })
    {
    }

    internal Dropout(DropoutSettings settings)
        : base(settings) => DropoutMask.CheckRate(settings.Rate, "rate");

    internal new DropoutSettings Settings => (DropoutSettings)base.Settings;

    /// <summary>The share of values that are dropped.</summary>
    public double Rate => Settings.Rate;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) => Generator = random;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (!training || Rate == 0)
        {
            return input.alias();
        }
        using var kept = DropoutMask.Draw(Generator!, Rate, input.shape, input);
        return input * kept;
    }
}
