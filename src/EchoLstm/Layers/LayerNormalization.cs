using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Shifts and scales the features of each step to mean 0 and variance 1, then by what it learned (Ba et al. 2016): Keras's
/// <c>LayerNormalization</c> over the last axis. output = (input - mean) / √(variance + epsilon) · gamma + beta. The shape stays.
/// </summary>
/// <remarks>
/// It has 2 · features parameters: gamma, initially 1, and beta, initially 0. Each step is a matter of its own, so that it does the same in
/// training, in prediction and in a stream. A mask passes through.
/// </remarks>
public sealed class LayerNormalization : Layer
{
    private readonly NormalizationWeights _weights;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="epsilon">What is added to the variance, so that it is never 0; at least 0. <value>0.001</value></param>
    /// <param name="center">Whether beta is added. <value>true</value></param>
    /// <param name="scale">Whether gamma multiplies. <value>true</value></param>
    /// <exception cref="ArgumentOutOfRangeException">epsilon is negative or not a finite number.</exception>
    public LayerNormalization(double epsilon = 1e-3, bool center = true, bool scale = true)
        : this(new LayerNormalizationSettings { Epsilon = epsilon, Center = center, Scale = scale })
    {
    }

    internal LayerNormalization(LayerNormalizationSettings settings)
        : base(settings)
    {
        NormalizationWeights.CheckEpsilon(settings.Epsilon, "LayerNormalization");
        _weights = new NormalizationWeights(this);
    }

    internal new LayerNormalizationSettings Settings => (LayerNormalizationSettings)base.Settings;

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

    internal override IReadOnlyList<ParameterMemory> Memories => _weights.Memories;

    private protected override bool ComputesWithFloats => true;

    internal override Activation? OutputActivation => Activation.Linear;

    internal override bool? EndsIn(Activation activation) => false;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) => _weights.Create(inputShape);

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var normalized = nn.functional.layer_norm(input, [input.shape[^1]], null, null, Epsilon);
        var scaled = Scale ? normalized * _weights.Gamma : normalized;
        return (Center ? scaled.Plus(_weights.Beta) : scaled).MoveToOuterDisposeScope();
    }
}
