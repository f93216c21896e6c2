namespace EchoLstm.Layers;

/// <summary>
/// Puts zeros before and behind a sequence: Keras's <c>ZeroPadding1D</c>. (samples, time steps, features) becomes (samples,
/// before + time steps + after, features).
/// </summary>
/// <remarks>It can't take masked steps, as the output has others.</remarks>
public sealed class ZeroPadding1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="before">How many zeros are put in front. <value>1</value></param>
    /// <param name="after">How many are put behind; null: as many as in front.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding1D(int before = 1, int? after = null)
        : this(new ZeroPadding1DSettings { Padding = [before, after ?? before] })
    {
    }

    internal ZeroPadding1D(ZeroPadding1DSettings settings)
        : base(settings)
    {
        var (before, after) = settings.Ends;
        AtLeastZero(before, nameof(before), "ZeroPadding1D");
        AtLeastZero(after, nameof(after), "ZeroPadding1D");
    }

    internal new ZeroPadding1DSettings Settings => (ZeroPadding1DSettings)base.Settings;

    /// <summary>How many zeros are put in front, and behind.</summary>
    public (int Before, int After) Padding => Settings.Ends;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        CheckOutputSize(input);
        StepMasks.Refuse(mask, Title, "its output has other time steps");
        return nn.functional.pad(input, (0, 0, Padding.Before, Padding.After));
    }
}
