using EchoLstm.Torch;
using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// A fully connected layer: Keras's <c>Dense</c> over <c>torch.nn.Linear</c>. output = activation(input · kernel + bias), on
/// the last axis of an input of any rank: (samples, features) to (samples, units), (samples, time steps, features) to
/// (samples, time steps, units).
/// </summary>
/// <remarks>
/// It has features · units + units parameters. On 3-D input it does what <c>TimeDistributed(Dense)</c> does, with the same
/// weights and the same numbers. Initial values are Keras's: kernel Glorot uniform, bias 0.
/// </remarks>
public sealed class Dense : Layer
{
    private Linear? _linear;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="units">The length of the output's last axis.</param>
    /// <param name="activation">The function applied to the output; softmax runs over the last axis. <value>Linear</value></param>
    /// <param name="useBias">Whether there is a bias. <value>true</value></param>
    /// <exception cref="ArgumentOutOfRangeException">units is below 1, or there is no such activation.</exception>
    public Dense(int units, Activation activation = Activation.Linear, bool useBias = true)
        : this(new DenseSettings { Units = units, Activation = activation, UseBias = useBias })
    {
    }

    internal Dense(DenseSettings settings)
        : base(settings)
    {
        if (settings.Units < 1)
        {
            throw new ArgumentOutOfRangeException("units", settings.Units, "A Dense layer needs at least 1 unit.");
        }
        settings.Activation.Validated("activation");
    }

    internal new DenseSettings Settings => (DenseSettings)base.Settings;

    /// <summary>The length of the output's last axis.</summary>
    public int Units => Settings.Units;

    /// <summary>The function applied to the output.</summary>
    public Activation Activation => Settings.Activation;

    /// <summary>Whether there is a bias.</summary>
    public bool UseBias => Settings.UseBias;

    /// <summary>A penalty on the kernel.</summary>
    /// <value>null: none.</value>
    public Regularizer? KernelRegularizer
    {
        get => Settings.KernelRegularizer;
        init => Change(Settings with { KernelRegularizer = value });
    }

    /// <summary>A penalty on the bias.</summary>
    /// <value>null: none.</value>
    public Regularizer? BiasRegularizer
    {
        get => Settings.BiasRegularizer;
        init => Change(Settings with { BiasRegularizer = value });
    }

    internal override string? CountingFormula => InputShape?.Last is { } features
        ? string.Create(CultureInfo.InvariantCulture, $"{features} * {Units}{(UseBias ? $" + {Units}" : "")}")
        : null;

    internal override IReadOnlyList<LayerWeight> Weights => _linear is null ? [] :
    [
        new("kernel", () => _linear.weight, weight => weight.t(), KernelRegularizer),
        .. UseBias ? (LayerWeight[])[new("bias", () => _linear.bias!, bias => bias.alias(), BiasRegularizer)] : [],
    ];

    internal override Tensor? OwnWeight => _linear?.weight;

    private protected override bool ComputesWithFloats => true;

    // (units, features) and (units).
    internal override IReadOnlyList<ParameterMemory> Memories =>
        UseBias ? [new(() => _linear!.weight), new(() => _linear!.bias!)] : [new(() => _linear!.weight)];

    internal override bool? EndsIn(Activation activation) => activation == Activation;

    internal override Activation? OutputActivation => Activation;

    internal override bool ReadsScale => true;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        var features = FeaturesOf(inputShape, "(samples, ..., features)");
        SizeGuard.Check(
            Title,
            ((decimal)features + (UseBias ? 1 : 0)) * Units,
            "The weights are features times units: reduce one of them, or summarise the input first.");

        _linear = nn.Linear(features, Units, hasBias: UseBias);
        register_module("linear", _linear);

        _linear.weight.t().copy_(Initializers.GlorotUniform(random, features, Units));
        if (UseBias)
        {
            _linear.bias!.zero_();
        }
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (Activation == Activation.Linear)
        {
            return _linear!.call(input);
        }
        using var weighted = _linear!.call(input);
        return Activation.Apply(weighted);
    }
}
