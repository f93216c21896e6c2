using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Shifts and scales each feature by the mean and variance that it has over the batch, then by what it learned (Ioffe and Szegedy 2015):
/// Keras's <c>BatchNormalization</c> over the last axis. output = (input - mean) / √(variance + epsilon) · gamma + beta. The shape stays.
/// </summary>
/// <remarks>
/// In training mean and variance are those of the batch, over all axes but the last, and the moving ones follow: moving · momentum +
/// batch's · (1 - momentum), with the variance divided by the count, as in Keras. Predict, Evaluate, streams, and a layer whose <see
/// cref="Layer.Trainable"/> is false use the moving ones, and leave them alone. It has 4 · features numbers: gamma and beta, which are
/// trained, and moving mean and variance, which are not. Masked steps count for neither mean nor variance; the mask passes through.
/// </remarks>
public sealed class BatchNormalization : Layer
{
    // Keras's number that keeps a sum over masked steps alone from being divided by 0.
    private const double LeastCount = 1e-7;

    private readonly NormalizationWeights _weights;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="momentum">The share of the moving mean and variance that a batch leaves, of [0, 1]. <value>0.99</value></param>
    /// <param name="epsilon">What is added to the variance, so that it is never 0; at least 0. <value>0.001</value></param>
    /// <param name="center">Whether beta is added. <value>true</value></param>
    /// <param name="scale">Whether gamma multiplies. <value>true</value></param>
    /// <exception cref="ArgumentOutOfRangeException">momentum is not of [0, 1], or epsilon is negative or not a finite number.</exception>
    public BatchNormalization(double momentum = 0.99, double epsilon = 1e-3, bool center = true, bool scale = true)
        : this(new BatchNormalizationSettings { Momentum = momentum, Epsilon = epsilon, Center = center, Scale = scale })
    {
    }

    internal BatchNormalization(BatchNormalizationSettings settings)
        : base(settings)
    {
        if (settings.Momentum is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                "momentum",
                settings.Momentum,
                "BatchNormalization's momentum is the share of the moving mean and variance that a batch leaves: at least 0, at most 1.");
        }
        NormalizationWeights.CheckEpsilon(settings.Epsilon, "BatchNormalization");
        _weights = new NormalizationWeights(this);
    }

    internal new BatchNormalizationSettings Settings => (BatchNormalizationSettings)base.Settings;

    /// <summary>The share of the moving mean and variance that a batch leaves.</summary>
    public double Momentum => Settings.Momentum;

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => Settings.Epsilon;

    /// <summary>Whether beta is added.</summary>
    public bool Center => Settings.Center;

    /// <summary>Whether gamma multiplies.</summary>
    public bool Scale => Settings.Scale;

    /// <summary>A penalty on beta.</summary>
    /// <value>null: none.</value>
    public Regularizer? BetaRegularizer
    {
        get => Settings.BetaRegularizer;
        init => Change(Settings with { BetaRegularizer = value });
    }

    /// <summary>A penalty on gamma.</summary>
    /// <value>null: none.</value>
    public Regularizer? GammaRegularizer
    {
        get => Settings.GammaRegularizer;
        init => Change(Settings with { GammaRegularizer = value });
    }

    internal override string? CountingFormula => _weights.Formula;

    internal override IReadOnlyList<LayerWeight> Weights => _weights.All;

    internal override Tensor? OwnWeight => _weights.First;

    internal override long UntrainedNumbers => IsBuilt ? MovingMean.numel() + MovingVariance.numel() : 0;

    private protected override bool ComputesWithFloats => true;

    internal override Activation? OutputActivation => Activation.Linear;

    internal override bool? EndsIn(Activation activation) => false;

    private Tensor MovingMean => get_buffer(BatchNormalizationSettings.MovingMean)!;

    private Tensor MovingVariance => get_buffer(BatchNormalizationSettings.MovingVariance)!;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) => _weights.Create(inputShape);

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (!training || IsFrozen)
        {
            return Normalized(input, MovingMean, MovingVariance);
        }
        using var scope = NewDisposeScope();
        mask = (mask, StepMasks.SamplesOf(input)) switch
        {
            ({ } steps, { } samples) => StepMasks.Both(steps, samples),
            var (steps, samples) => steps ?? samples,
        };
        var (mean, variance) = mask is null ? Moments(input) : Moments(input, mask);
        using (no_grad())
        {
            Move(MovingMean, mean);
            Move(MovingVariance, variance);
        }
        return Normalized(input, mean, variance).MoveToOuterDisposeScope();
    }

    private Tensor Normalized(Tensor input, Tensor mean, Tensor variance)
    {
        using var scope = NewDisposeScope();
        var factor = variance.Plus(Epsilon).rsqrt();
        factor = Scale ? factor * _weights.Gamma : factor;
        var shift = (mean * factor).negative();
        return (input * factor).Plus(Center ? shift.Plus(_weights.Beta) : shift).MoveToOuterDisposeScope();
    }

    private static (Tensor Mean, Tensor Variance) Moments(Tensor input)
    {
        var rows = input.reshape(-1, input.shape[^1]);
        var mean = rows.mean([0]);
        return (mean, (rows - mean).square().mean([0]));
    }

    // Keras's: what is masked counts for nothing.
    private static (Tensor Mean, Tensor Variance) Moments(Tensor input, Tensor mask)
    {
        var steps = mask.to(input.dtype).reshape([.. mask.shape, .. Enumerable.Repeat(1L, (int)(input.dim() - mask.dim()))]);
        var used = steps.expand([.. input.shape[..^1], 1]).reshape(-1, 1);
        var count = used.sum([0]).Plus(LeastCount);
        // A masked step may hold anything, also what is not finite.
        var rows = input.reshape(-1, input.shape[^1]).where(used.to(ScalarType.Bool), zeros(1, dtype: input.dtype, device: input.device));
        var mean = rows.sum([0]) / count;
        return (mean, (used * (rows - mean).square()).sum([0]) / count);
    }

    private void Move(Tensor moving, Tensor batch)
    {
        using var moved = moving.Times(Momentum).Plus(batch.Times(1 - Momentum));
        moving.copy_(moved);
    }
}
