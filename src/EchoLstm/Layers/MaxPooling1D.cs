namespace EchoLstm.Layers;

/// <summary>
/// Keeps the largest value of each feature in each window of time steps: Keras's <c>MaxPooling1D</c>. (samples, time steps, features)
/// becomes (samples, windows, features).
/// </summary>
/// <remarks>It can't take masked steps: a window may hold both masked steps and others.</remarks>
public sealed class MaxPooling1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="poolSize">The number of time steps of a window. <value>2</value></param>
    /// <param name="strides">The number of time steps from one window to the next; null: poolSize.</param>
    /// <param name="padding">Valid, or Same: windows may reach over the ends of the sequence. Nothing that is added ever wins.
    /// <value>Valid</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the padding is neither Valid nor Same.</exception>
    public MaxPooling1D(int poolSize = 2, int? strides = null, StepPadding padding = StepPadding.Valid)
        : this(new MaxPooling1DSettings { PoolSize = poolSize, Strides = strides ?? poolSize, Padding = padding })
    {
    }

    internal MaxPooling1D(MaxPooling1DSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.PoolSize, "poolSize", "MaxPooling1D");
        AtLeastOne(settings.Strides, "strides", "MaxPooling1D");
        Windows2D.CheckPadding(settings.Padding, "MaxPooling1D");
    }

    internal new MaxPooling1DSettings Settings => (MaxPooling1DSettings)base.Settings;

    /// <summary>The number of time steps of a window.</summary>
    public int PoolSize => Settings.PoolSize;

    /// <summary>The number of time steps from one window to the next.</summary>
    public int Strides => Settings.Strides;

    /// <summary>Whether windows may reach over the ends of the sequence.</summary>
    public StepPadding Padding => Settings.Padding;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "a window may hold both masked steps and others");
        using var scope = NewDisposeScope();
        var channels = input.transpose(1, 2); // (samples, features, time steps)
        var (before, after) = Settings.Windows.Around(input.shape[1]);
        if (before + after > 0)
        {
            channels = nn.functional.pad(channels, (before, after), value: double.NegativeInfinity);
        }
        return nn.functional.max_pool1d(channels, PoolSize, Strides).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
