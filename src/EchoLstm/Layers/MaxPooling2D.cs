namespace EchoLstm.Layers;

/// <summary>
/// Keeps the largest value of each feature in each window of a picture: Keras's <c>MaxPooling2D</c>, channels last. (samples, height,
/// width, features) becomes (samples, windows down, windows across, features).
/// </summary>
/// <remarks>In TimeDistributed it pools each picture of a film. It can't take masked steps itself.</remarks>
public sealed class MaxPooling2D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="poolSize">The window's height and width: a number for a square, or a pair; null: 2.</param>
    /// <param name="strides">The steps from one window to the next, down and across; null: poolSize.</param>
    /// <param name="padding">Valid, or Same: windows may reach over the edges. Nothing that is added ever wins.
    /// <value>Valid</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the padding is neither Valid nor Same.</exception>
    public MaxPooling2D(Size2D? poolSize = null, Size2D? strides = null, StepPadding padding = StepPadding.Valid)
        : this(new MaxPooling2DSettings
        {
            PoolSize = (poolSize ?? 2).Pair,
            Strides = (strides ?? poolSize ?? 2).Pair,
            Padding = padding,
        })
    {
    }

    internal MaxPooling2D(MaxPooling2DSettings settings)
        : base(settings)
    {
        Windows2D.CheckSize(PoolSize, "poolSize", "MaxPooling2D");
        Windows2D.CheckSize(Strides, "strides", "MaxPooling2D");
        Windows2D.CheckPadding(settings.Padding, "MaxPooling2D");
    }

    internal new MaxPooling2DSettings Settings => (MaxPooling2DSettings)base.Settings;

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
        var channels = input.permute(0, 3, 1, 2); // (samples, features, height, width)
        var (top, bottom) = Settings.Windows.Down.Around(input.shape[1]);
        var (left, right) = Settings.Windows.Across.Around(input.shape[2]);
        if (top + bottom + left + right > 0)
        {
            channels = nn.functional.pad(channels, (left, right, top, bottom), value: double.NegativeInfinity);
        }
        var pooled = nn.functional.max_pool2d(channels, [PoolSize.Height, PoolSize.Width], [Strides.Height, Strides.Width]);
        return pooled.permute(0, 2, 3, 1).MoveToOuterDisposeScope();
    }
}
