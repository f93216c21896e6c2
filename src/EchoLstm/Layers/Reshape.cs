namespace EchoLstm.Layers;

/// <summary>
/// Gives each sample another shape with the same values in the same order: Keras's <c>Reshape</c>. (samples, ...) becomes (samples,
/// targetShape).
/// </summary>
/// <example><code>
/// new Reshape(2, 100)      // (samples, 200) to (samples, 2, 100): a softmax for each of two blocks
/// new Reshape(-1, 2)       // (samples, 10) to (samples, 5, 2)
/// </code></example>
public sealed class Reshape : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="targetShape">The shape of one sample, without the samples axis; one length may be -1, which is then found.</param>
    /// <exception cref="ArgumentException">A length is neither positive nor -1, or more than one is -1, or their product is too
    /// large.</exception>
    public Reshape(params long[] targetShape)
        : this(new ReshapeSettings { TargetShape = [.. targetShape ?? throw new ArgumentNullException(nameof(targetShape))] })
    {
    }

    internal Reshape(ReshapeSettings settings)
        : base(settings)
    {
        var targetShape = settings.TargetShape;
        if (targetShape.Any(length => length is < 1 and not -1) || targetShape.Count(length => length == -1) > 1)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"Reshape can't make ({string.Join(", ", targetShape)}): expected lengths of at least 1, of which one may be -1 to be "
                        + $"found. Leave out the samples axis."),
                nameof(targetShape));
        }
        if (targetShape.Aggregate(1m, (product, length) => product > long.MaxValue ? product : product * Math.Abs(length)) > long.MaxValue)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"Reshape can't make ({string.Join(", ", targetShape)}): no tensor has so many values. Check how the lengths were "
                        + $"computed."),
                nameof(targetShape));
        }
    }

    internal new ReshapeSettings Settings => (ReshapeSettings)base.Settings;

    /// <summary>The shape of one sample of the output, without the samples axis; -1 for the length that is found.</summary>
    public IReadOnlyList<long> TargetShape => Settings.TargetShape;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "its output may have other time steps");
        return input.reshape([input.shape[0], .. TargetShape]);
    }
}
