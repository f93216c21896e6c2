namespace EchoLstm.Layers;

/// <summary>
/// Cuts time steps off at both ends of a sequence: Keras's <c>Cropping1D</c>. (samples, time steps, features) becomes (samples, the steps
/// between, features).
/// </summary>
/// <remarks>It can't take masked steps, as the output has others.</remarks>
public sealed class Cropping1D : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="before">How many time steps are cut off in front. <value>1</value></param>
    /// <param name="after">How many are cut off behind; null: as many as in front.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public Cropping1D(int before = 1, int? after = null)
        : this(new Cropping1DSettings { Cropping = [before, after ?? before] })
    {
    }

    internal Cropping1D(Cropping1DSettings settings)
        : base(settings)
    {
        var (before, after) = settings.Ends;
        AtLeastZero(before, nameof(before), "Cropping1D");
        AtLeastZero(after, nameof(after), "Cropping1D");
    }

    internal new Cropping1DSettings Settings => (Cropping1DSettings)base.Settings;

    /// <summary>How many time steps are cut off in front, and behind.</summary>
    public (int Before, int After) Cropping => Settings.Ends;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "its output has other time steps");
        return input.narrow(1, Cropping.Before, input.shape[1] - Cropping.Before - Cropping.After);
    }
}
