namespace EchoLstm.Layers;

/// <summary>
/// The mean of each feature in each window of time steps: Keras's <c>AveragePooling1D</c>. (samples, time steps, features) becomes
/// (samples, windows, features).
/// </summary>
/// <remarks>It can't take masked steps: a window may hold both masked steps and others.</remarks>
public sealed class AveragePooling1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="poolSize">The number of time steps of a window. <value>2</value></param>
    /// <param name="strides">The number of time steps from one window to the next; null: poolSize.</param>
    /// <param name="padding">Valid, or Same: windows may reach over the ends of the sequence. What is added does not count: the mean is
    /// over the steps that are there. <value>Valid</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the padding is neither Valid nor Same.</exception>
    public AveragePooling1D(int poolSize = 2, int? strides = null, StepPadding padding = StepPadding.Valid)
        : this(new AveragePooling1DSettings { PoolSize = poolSize, Strides = strides ?? poolSize, Padding = padding })
    {
    }

    internal AveragePooling1D(AveragePooling1DSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.PoolSize, "poolSize", "AveragePooling1D");
        AtLeastOne(settings.Strides, "strides", "AveragePooling1D");
        Windows2D.CheckPadding(settings.Padding, "AveragePooling1D");
    }

    internal new AveragePooling1DSettings Settings => (AveragePooling1DSettings)base.Settings;

    /// <summary>The number of time steps of a window.</summary>
    public int PoolSize => Settings.PoolSize;

    /// <summary>The number of time steps from one window to the next.</summary>
    public int Strides => Settings.Strides;

    /// <summary>Whether windows may reach over the ends of the sequence.</summary>
    public StepPadding Padding => Settings.Padding;

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "a window may hold both masked steps and others");
        using var scope = NewDisposeScope();
        // The steps that are there, in each window.
        var counts = Sums(ones(1, input.shape[1], 1, dtype: input.dtype, device: input.device));
        return (Sums(input) / counts).MoveToOuterDisposeScope();
    }

    private Tensor Sums(Tensor steps)
    {
        var (before, after) = Settings.Windows.Around(steps.shape[1]);
        var padded = before + after > 0 ? nn.functional.pad(steps, (0, 0, before, after)) : steps;
        return padded.unfold(1, PoolSize, Strides).sum(-1); // (samples, windows, features)
    }
}
