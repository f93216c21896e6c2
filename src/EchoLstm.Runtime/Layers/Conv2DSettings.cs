namespace EchoLstm.Layers;

internal sealed record Conv2DSettings : LayerSettings
{
    public required int Filters { get; init; }

    /// <summary>Height and width.</summary>
    public required IReadOnlyList<int> KernelSize { get; init; }

    /// <summary>Down and to the right.</summary>
    public required IReadOnlyList<int> Strides { get; init; }

    public StepPadding Padding { get; init; }

    public Activation Activation { get; init; }

    public bool UseBias { get; init; } = true;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    internal PlaneWindows Windows => new(KernelSize, Strides, Padding);

    internal override Shape OutputShape(Shape input, string title) => Windows.OutputShape(input, title, Filters);

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
        WeightSpec.KernelAndBias([KernelSize[0], KernelSize[1], Features(input), Filters], UseBias);
}
