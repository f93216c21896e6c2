using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// x above 0, else alpha · x, where alpha is learned (He et al. 2015): Keras's <c>PReLU</c>. The shape stays.
/// </summary>
/// <remarks>
/// It has a number for each place of a sample, initially 0; along a shared axis one number serves all, so that after a sequence of open
/// length <c>sharedAxes: [1]</c> leaves a number a feature. A mask passes through.
/// </remarks>
public sealed class PRelu : Layer
{
    private const string AlphaName = "alpha";

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="sharedAxes">The axes along which one number serves all, counted with the samples as axis 0, e.g. 1 for time steps;
    /// null: none.</param>
    /// <exception cref="ArgumentException">An axis is below 1, or there twice.</exception>
    public PRelu(IReadOnlyList<int>? sharedAxes = null)
        : this(new PReluSettings { SharedAxes = [.. sharedAxes ?? []] })
    {
    }

    internal PRelu(PReluSettings settings)
        : base(settings)
    {
        var axes = settings.SharedAxes;
        if (axes.Any(axis => axis < 1) || axes.Distinct().Count() != axes.Count)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"PRelu can't share along the axes {string.Join(", ", axes)}: expected each "
                    + $"once, 1 or more, as the samples are axis 0."),
                "sharedAxes");
        }
    }

    internal new PReluSettings Settings => (PReluSettings)base.Settings;

    /// <summary>The axes along which one number serves all.</summary>
    public IReadOnlyList<int> SharedAxes => Settings.SharedAxes;

    /// <summary>A penalty on alpha.</summary>
    /// <value>null: none.</value>
    public Regularizer? AlphaRegularizer
    {
        get => Settings.AlphaRegularizer;
        init => Change(Settings with { AlphaRegularizer = value });
    }

    private Tensor Alpha => get_parameter(AlphaName)!;

    internal override string? CountingFormula => IsBuilt
        ? string.Join(" * ", Settings.AlphaShape(InputShape!).Select(length => string.Create(CultureInfo.InvariantCulture, $"{length}")))
        : null;

    internal override IReadOnlyList<LayerWeight> Weights =>
        IsBuilt ? [new LayerWeight(AlphaName, () => Alpha, alpha => alpha.alias(), Settings.AlphaRegularizer)] : [];

    internal override Tensor? OwnWeight => IsBuilt ? Alpha : null;

    internal override IReadOnlyList<ParameterMemory> Memories => [new(() => Alpha)];

    private protected override bool ComputesWithFloats => true;

    internal override bool? EndsIn(Activation activation) => false;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        long[] shape = [.. Settings.AlphaShape(inputShape).Select((length, i) =>
            length ?? throw PReluSettings.Unknown(inputShape, Title, i + 1))];
        SizeGuard.Check(
            Title,
            shape.Aggregate(1m, (product, length) => product * length),
            "There is a number for each place of a sample: share along an axis, e.g. sharedAxes: [1] along time steps.");
        register_parameter(AlphaName, nn.Parameter(zeros(shape)));
    }

    private protected override void CheckInput(Shape inputShape)
    {
        base.CheckInput(inputShape);
        var alpha = Alpha.shape;
        var own = inputShape.Skip(1).Zip(alpha).Where((_, i) => !SharedAxes.Contains(i + 1));
        if (inputShape.Rank != alpha.Length + 1 || own.Any(axis => axis.First is { } length && length != axis.Second))
        {
            throw new ShapeMismatchException(
                $"{Title} was built for {InputShape} but received {inputShape}, and has a number for each place. Give it the shape it was "
                    + "built for, or share along the axis whose length varies: sharedAxes.",
                InputShape!.ToString(),
                inputShape.ToString());
        }
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask) => Rectified(input, Alpha);

    private static Tensor Rectified(Tensor input, Tensor alpha)
    {
        using var scope = NewDisposeScope();
        var below = input.negative().relu() * alpha;
        return (input.relu() - below).MoveToOuterDisposeScope();
    }
}
