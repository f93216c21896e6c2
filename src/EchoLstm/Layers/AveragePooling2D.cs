namespace EchoLstm.Layers;

/// <summary>
/// The mean of each feature in each window of a picture: Keras's <c>AveragePooling2D</c>, channels last. (samples, height, width,
/// features) becomes (samples, windows down, windows across, features).
/// </summary>
/// <remarks>In TimeDistributed it pools each picture of a film. It can't take masked steps itself.</remarks>
public sealed class AveragePooling2D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="poolSize">The window's height and width: a number for a square, or a pair; null: 2.</param>
    /// <param name="strides">The steps from one window to the next, down and across; null: poolSize.</param>
    /// <param name="padding">Valid, or Same: windows may reach over the edges. What is added does not count: the mean is over what is
    /// there. <value>Valid</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the padding is neither Valid nor Same.</exception>
    public AveragePooling2D(Size2D? poolSize = null, Size2D? strides = null, StepPadding padding = StepPadding.Valid)
        : this(new AveragePooling2DSettings
        {
            PoolSize = (poolSize ?? 2).Pair,
            Strides = (strides ?? poolSize ?? 2).Pair,
            Padding = padding,
        })
    {
    }

    internal AveragePooling2D(AveragePooling2DSettings settings)
        : base(settings)
    {
        Windows2D.CheckSize(PoolSize, "poolSize", "AveragePooling2D");
        Windows2D.CheckSize(Strides, "strides", "AveragePooling2D");
        Windows2D.CheckPadding(settings.Padding, "AveragePooling2D");
    }

    internal new AveragePooling2DSettings Settings => (AveragePooling2DSettings)base.Settings;

    /// <summary>The window's height and width.</summary>
    public Size2D PoolSize => Size2D.Of(Settings.PoolSize, "poolSize");

    /// <summary>The steps from one window to the next, down and across.</summary>
    public Size2D Strides => Size2D.Of(Settings.Strides, "strides");

    /// <summary>Whether windows may reach over the edges.</summary>
    public StepPadding Padding => Settings.Padding;

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "a window may hold both masked steps and others");
        using var scope = NewDisposeScope();
        // What is there, in each window.
        var counts = Sums(ones(1, input.shape[1], input.shape[2], 1, dtype: input.dtype, device: input.device));
        return (Sums(input) / counts).MoveToOuterDisposeScope();
    }

    private Tensor Sums(Tensor pictures) => Windows2D.Over(pictures, Settings.Windows, PoolSize, Strides).sum([-2, -1]);
}
