using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// A convolution over time steps: Keras's <c>Conv1D</c> over <c>torch.nn.Conv1d</c>, features last. Each output step is
/// activation(Σ over the window's steps of x · kernel + bias): (samples, time steps, features) becomes (samples, windows, filters).
/// </summary>
/// <remarks>
/// It has kernelSize · features · filters + filters parameters; the kernel's layout is Keras's, (kernelSize, features, filters). As in
/// every library of networks the kernel is not turned round: it is a cross-correlation. Initial values: kernel Glorot uniform, bias 0. It
/// can't take masked steps.
/// </remarks>
public sealed class Conv1D : Layer
{
    private const string KernelName = "weight";
    private Conv1d? _convolution;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="filters">The number of filters: the length of the output's last axis.</param>
    /// <param name="kernelSize">The number of time steps of a window.</param>
    /// <param name="strides">The number of time steps from one window to the next. <value>1</value></param>
    /// <param name="padding">What is put around the time steps: zeros, if anything. <value>Valid</value></param>
    /// <param name="activation">The function applied to the output. <value>Linear</value></param>
    /// <param name="useBias">Whether there is a bias. <value>true</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or there is no such padding or activation.</exception>
    public Conv1D(
        int filters,
        int kernelSize,
        int strides = 1,
        StepPadding padding = StepPadding.Valid,
        Activation activation = Activation.Linear,
        bool useBias = true)
        : this(new Conv1DSettings
        {
            Filters = filters,
            KernelSize = kernelSize,
            Strides = strides,
            Padding = padding,
            Activation = activation,
            UseBias = useBias,
        })
    {
    }

    internal Conv1D(Conv1DSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.Filters, "filters", "Conv1D");
        AtLeastOne(settings.KernelSize, "kernelSize", "Conv1D");
        AtLeastOne(settings.Strides, "strides", "Conv1D");
        if (!Enum.IsDefined(settings.Padding))
        {
            throw new ArgumentOutOfRangeException(
                "padding", settings
                    .Padding, $"{settings.Padding} is no padding: expected one of {string.Join(", ", Enum.GetNames<StepPadding>())}.");
        }
        settings.Activation.Validated("activation");
    }

    internal new Conv1DSettings Settings => (Conv1DSettings)base.Settings;

    /// <summary>The number of filters.</summary>
    public int Filters => Settings.Filters;

    /// <summary>The number of time steps of a window.</summary>
    public int KernelSize => Settings.KernelSize;

    /// <summary>The number of time steps from one window to the next.</summary>
    public int Strides => Settings.Strides;

    /// <summary>What is put around the time steps.</summary>
    public StepPadding Padding => Settings.Padding;

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
        ? string.Create(CultureInfo.InvariantCulture, $"{KernelSize} * {features} * {Filters}{(UseBias ? $" + {Filters}" : "")}")
        : null;

    internal override IReadOnlyList<LayerWeight> Weights => _convolution is null ? [] :
    [
        new("kernel", () => _convolution.get_parameter(KernelName)!, weight => weight.permute(2, 1, 0), KernelRegularizer),
        .. UseBias ? (LayerWeight[])[new("bias", () => _convolution.get_parameter("bias")!, bias => bias.alias(), BiasRegularizer)] : [],
    ];

    internal override Tensor? OwnWeight => _convolution?.get_parameter(KernelName);

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    internal override bool? EndsIn(Activation activation) => activation == Activation;

    // The steps of a window before the last, of a causal one.
    internal override (int Count, long Units) StreamState => KernelSize > 1 ? (1, (KernelSize - 1) * InputShape!.Last!.Value) : (0, 0);

    internal override (Tensor Output, Tensor[] State) StreamStep(Tensor input, Tensor[] state)
    {
        EnsureBuilt(input);
        Refuse(StepMasks.Of(input));
        var (samples, before, features) = (input.shape[0], KernelSize - 1, input.shape[2]);
        if (before == 0)
        {
            return (Filtered(input), []);
        }
        var past = state.Length > 0
            ? state[0].reshape(samples, before, features)
            : zeros(samples, before, features, dtype: input.dtype, device: input.device);
        var steps = cat([past, input], 1);
        return (Filtered(steps), [steps.narrow(1, 1, before).reshape(samples, before * features).clone()]);
    }

    internal override Activation? OutputActivation => Activation;

    internal override bool ReadsScale => true;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        var features = FeaturesOf(inputShape, "(samples, time steps, features)");
        SizeGuard.Check(
            Title,
            (((decimal)KernelSize * features) + (UseBias ? 1 : 0)) * Filters,
            "The weights are the window's steps times features times filters, and have nothing to do with the length of the sequence: "
                + "reduce one of them.");

        _convolution = nn.Conv1d(features, Filters, KernelSize, stride: Strides, bias: UseBias);
        register_module("convolution", _convolution);

        var limit = Initializers.GlorotLimit(KernelSize * features, (long)KernelSize * Filters);
        _convolution.get_parameter(KernelName)!.permute(2, 1, 0).copy_(Initializers.Uniform(random, limit, KernelSize, features, Filters));
        if (UseBias)
        {
            _convolution.get_parameter("bias")!.zero_();
        }
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        Refuse(mask);
        using var scope = NewDisposeScope();
        var (before, after) = Settings.Windows.Around(input.shape[1]);
        return Filtered(before + after > 0 ? nn.functional.pad(input, (0, 0, before, after)) : input).MoveToOuterDisposeScope();
    }

    private void Refuse(Tensor? mask) => StepMasks.Refuse(mask, Title, "a window may hold both masked steps and others");

    // The function of steps that are padded.
    private Tensor Filtered(Tensor steps)
    {
        // A product of windows and filters: on some processors libtorch 2.10's own convolution has wrong gradients by its input.
        var windows = steps.unfold(1, KernelSize, Strides).flatten(2); // (samples, windows, features · kernelSize)
        var filters = _convolution!.get_parameter(KernelName)!.flatten(1); // (filters, features · kernelSize)
        // (samples, windows, filters)
        var filtered = nn.functional.linear(windows, filters, UseBias ? _convolution.get_parameter("bias") : null);
        return Activation.Apply(filtered);
    }
}
