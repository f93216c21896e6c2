using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Marks the time steps whose features all equal a value as missing: Keras's <c>Masking</c>. The layers behind it skip them, and the loss
/// and metrics leave them out. (samples, time steps, features) keeps its shape; masked steps become zeros. Of (samples, time steps, inner
/// steps, features) it masks inner steps.
/// </summary>
public sealed class Masking : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="maskValue">A step is masked where every feature equals this; finite. <value>0</value></param>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, which equals nothing, or infinite, which data may not
    /// be.</exception>
    public Masking(double maskValue = 0)
        : this(new MaskingSettings { MaskValue = maskValue })
    {
    }

    internal Masking(MaskingSettings settings)
        : base(settings)
    {
        if (!double.IsFinite(settings.MaskValue))
        {
            throw new ArgumentOutOfRangeException(
                "maskValue",
                settings.MaskValue,
                "maskValue must be a finite number: NaN equals nothing, and data may not hold infinities. "
                + "Replace what is missing in the data by a number that it does not have, e.g. -1, and mask that.");
        }
    }

    internal new MaskingSettings Settings => (MaskingSettings)base.Settings;

    /// <summary>A step is masked where every feature equals this.</summary>
    public double MaskValue => Settings.MaskValue;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        return StepMasks.Both(input.Differs(MaskValue).any(-1), mask).MoveToOuterDisposeScope();
    }

    internal override Tensor? FirstMask(Tensor input) => OutputMask(input, null);

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var used = OutputMask(input, mask);
        using var usedStep = used!.unsqueeze(-1);
        using var kept = usedStep.to(input.dtype);
        return input * kept;
    }
}
