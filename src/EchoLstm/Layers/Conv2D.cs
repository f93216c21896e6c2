using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// A convolution over pictures: Keras's <c>Conv2D</c> over <c>torch.nn.Conv2d</c>, channels last. Each output is activation(Σ over the
/// window of x · kernel + bias): (samples, height, width, features) becomes (samples, windows down, windows across, filters).
/// </summary>
/// <remarks>
/// It has height · width · features · filters + filters parameters, height and width being the kernel's, whose layout is Keras's, (height,
/// width, features, filters). As in every library of networks the kernel is not turned round. Initial values: kernel Glorot uniform,
/// bias 0. In TimeDistributed it reads each picture of a film. It can't take masked steps itself.
/// </remarks>
public sealed class Conv2D : Layer
{
    private const string KernelName = "weight";
    private Conv2d? _convolution;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="filters">The number of filters: the length of the output's last axis.</param>
    /// <param name="kernelSize">The window's height and width: a number for a square, or a pair.</param>
    /// <param name="strides">The steps from one window to the next, down and across; null: 1.</param>
    /// <param name="padding">What is put around: nothing, or with Same zeros, so that with strides 1 the size stays. <value>Valid</value>
    /// </param>
    /// <param name="activation">The function applied to the output. <value>Linear</value></param>
    /// <param name="useBias">Whether there is a bias. <value>true</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, the padding is neither Valid nor Same, or there is no such
    /// activation.</exception>
    public Conv2D(
        int filters,
        Size2D kernelSize,
        Size2D? strides = null,
        StepPadding padding = StepPadding.Valid,
        Activation activation = Activation.Linear,
        bool useBias = true)
        : this(new Conv2DSettings
        {
            Filters = filters,
            KernelSize = kernelSize.Pair,
            Strides = (strides ?? 1).Pair,
            Padding = padding,
            Activation = activation,
            UseBias = useBias,
        })
    {
    }

    internal Conv2D(Conv2DSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.Filters, "filters", "Conv2D");
        Windows2D.CheckSize(KernelSize, "kernelSize", "Conv2D");
        Windows2D.CheckSize(Strides, "strides", "Conv2D");
        Windows2D.CheckPadding(settings.Padding, "Conv2D");
        settings.Activation.Validated("activation");
    }

    internal new Conv2DSettings Settings => (Conv2DSettings)base.Settings;

    /// <summary>The number of filters.</summary>
    public int Filters => Settings.Filters;

    /// <summary>The window's height and width.</summary>
    public Size2D KernelSize => Size2D.Of(Settings.KernelSize, "kernelSize");

    /// <summary>The steps from one window to the next, down and across.</summary>
    public Size2D Strides => Size2D.Of(Settings.Strides, "strides");

    /// <summary>What is put around.</summary>
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
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{KernelSize.Height} * {KernelSize.Width} * {features} * {Filters}{(UseBias ? $" + {Filters}" : "")}")
        : null;

    internal override IReadOnlyList<LayerWeight> Weights => _convolution is null ? [] :
    [
        new("kernel", () => _convolution.get_parameter(KernelName)!, weight => weight.permute(2, 3, 1, 0), KernelRegularizer),
        .. UseBias ? (LayerWeight[])[new("bias", () => _convolution.get_parameter("bias")!, bias => bias.alias(), BiasRegularizer)] : [],
    ];

    internal override Tensor? OwnWeight => _convolution?.get_parameter(KernelName);

    private protected override bool ComputesWithFloats => true;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    internal override bool? EndsIn(Activation activation) => activation == Activation;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        var features = FeaturesOf(inputShape, "(samples, height, width, features)");
        var (height, width) = (KernelSize.Height, KernelSize.Width);
        SizeGuard.Check(
            Title,
            (((decimal)height * width * features) + (UseBias ? 1 : 0)) * Filters,
            "The weights are the window's height times width times features times filters, and have nothing to do with the size of the "
                + "pictures: reduce one of them.");

        _convolution = nn.Conv2d(features, Filters, ((long)height, (long)width), stride: (Strides.Height, Strides.Width), bias: UseBias);
        register_module("convolution", _convolution);

        var limit = Initializers.GlorotLimit((long)height * width * features, (long)height * width * Filters);
        _convolution.get_parameter(KernelName)!.permute(2, 3, 1, 0)
            .copy_(Initializers.Uniform(random, limit, height, width, features, Filters));
        if (UseBias)
        {
            _convolution.get_parameter("bias")!.zero_();
        }
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        StepMasks.Refuse(mask, Title, "a window may hold both masked steps and others");
        using var scope = NewDisposeScope();
        // A product of windows and filters, as in Conv1D: (samples, windows down, windows across, features · height · width).
        var windows = Windows2D.Over(input, Settings.Windows, KernelSize, Strides).flatten(3);
        var filters = _convolution!.get_parameter(KernelName)!.flatten(1); // (filters, features · height · width)
        var filtered = nn.functional.linear(windows, filters, UseBias ? _convolution.get_parameter("bias") : null);
        return Activation.Apply(filtered).MoveToOuterDisposeScope();
    }
}
