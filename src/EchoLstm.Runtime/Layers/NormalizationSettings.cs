namespace EchoLstm.Layers;

/// <summary>A layer that shifts and scales numbers to mean 0 and variance 1, then by what it learned.</summary>
internal abstract record NormalizationSettings : LayerSettings
{
    public double Epsilon { get; init; } = 1e-3;

    public bool Center { get; init; } = true;

    public bool Scale { get; init; } = true;

    public Regularizer? BetaRegularizer { get; init; }

    public Regularizer? GammaRegularizer { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input.Rank >= 2
        ? input
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 2 or more (samples, ..., features) but received {input}. "
            + "Reshape single numbers to (samples, 1).",
            "(samples, ..., features)",
            input.ToString());

    /// <summary>Keras's names of the weights, in Keras's order; each has a number a feature.</summary>
    internal virtual IEnumerable<string> WeightNames
    {
        get
        {
            if (Scale)
            {
                yield return "gamma";
            }
            if (Center)
            {
                yield return "beta";
            }
        }
    }

    internal override IEnumerable<WeightSpec> Weights(Shape input) => WeightNames.Select(name => new WeightSpec(name, [Features(input)]));
}

internal sealed record LayerNormalizationSettings : NormalizationSettings;

internal sealed record BatchNormalizationSettings : NormalizationSettings
{
    internal const string MovingMean = "moving_mean";
    internal const string MovingVariance = "moving_variance";

    public double Momentum { get; init; } = 0.99;

    internal override IEnumerable<string> WeightNames => [.. base.WeightNames, MovingMean, MovingVariance];
}
