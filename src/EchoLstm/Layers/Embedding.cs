using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// A trained vector for each of a number of classes, e.g. words: Keras's <c>Embedding</c> over <c>torch.nn.Embedding</c>. Whole numbers
/// (samples, time steps) become (samples, time steps, outputDim): row i of the table stands for class i.
/// </summary>
/// <remarks>
/// It has inputDim · outputDim parameters, initially uniform within ±0.05, and is what one-hot encoding and a Dense without bias would be,
/// in inputDim times less memory. As a model's first layer it gets int and long data as they are; whole floats do as well.
/// </remarks>
public sealed class Embedding : Layer
{
    private const double InitialLimit = 0.05;
    private const string TableName = "weight";
    private TorchSharp.Modules.Embedding? _embedding;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="inputDim">The number of classes: the largest whole number of the input, plus 1.</param>
    /// <param name="outputDim">The length of a vector.</param>
    /// <param name="maskZero">Whether 0 is padding: the layers behind skip those time steps, and the loss and metrics leave them out. The
    /// classes then begin at 1, and inputDim counts the 0 too. <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">inputDim or outputDim is below 1.</exception>
    public Embedding(int inputDim, int outputDim, bool maskZero = false)
        : this(new EmbeddingSettings { InputDim = inputDim, OutputDim = outputDim, MaskZero = maskZero })
    {
    }

    internal Embedding(EmbeddingSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.InputDim, "inputDim", "Embedding");
        AtLeastOne(settings.OutputDim, "outputDim", "Embedding");
    }

    internal new EmbeddingSettings Settings => (EmbeddingSettings)base.Settings;

    /// <summary>The number of classes.</summary>
    public int InputDim => Settings.InputDim;

    /// <summary>The length of a vector.</summary>
    public int OutputDim => Settings.OutputDim;

    /// <summary>Whether 0 is padding.</summary>
    public bool MaskZero => Settings.MaskZero;

    /// <summary>A penalty on the vectors.</summary>
    /// <value>null: none.</value>
    public Regularizer? EmbeddingsRegularizer
    {
        get => Settings.EmbeddingsRegularizer;
        init => Change(Settings with { EmbeddingsRegularizer = value });
    }

    internal override string? CountingFormula => string.Create(CultureInfo.InvariantCulture, $"{InputDim} * {OutputDim}");

    internal override IReadOnlyList<LayerWeight> Weights => _embedding is null ? [] :
    [
        new("embeddings", () => _embedding.get_parameter(TableName)!, table => table.alias(), EmbeddingsRegularizer),
    ];

    internal override Embedding? IndexReader => this;

    internal override Tensor? OwnWeight => _embedding?.get_parameter(TableName);

    // The input chooses rows: any real type will do.
    internal override void CheckTensor(Tensor tensor, string name, Layer owner)
    {
        TensorCheck.Readable(tensor, name, owner);
        if (OwnWeight is { } table)
        {
            TensorCheck.Weight(table, this);
        }
    }

    // (inputDim, outputDim). TorchSharp's module leaves a table that it replaces as it is.
    internal override IReadOnlyList<ParameterMemory> Memories => [new(() => _embedding!.get_parameter(TableName)!)];

    internal override Tensor? OutputMask(Tensor input, Tensor? mask)
    {
        if (!MaskZero)
        {
            return mask;
        }
        using var scope = NewDisposeScope();
        return StepMasks.Both(input.Differs(0), mask).MoveToOuterDisposeScope();
    }

    internal override Tensor? FirstMask(Tensor input) => OutputMask(input, null);

    /// <summary>Throws where a number is no row of the table, naming the first.</summary>
    internal void CheckIndices(Tensor indices, string name)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var wrong = indices.Outside(InputDim);
        if (indices.is_floating_point())
        {
            wrong = wrong.logical_or(indices.ne(indices.floor()));
        }
        if (!wrong.any().item<bool>())
        {
            return;
        }
        var position = wrong.nonzero()[0].data<long>().ToArray();
        var value = indices[[.. position.Select(i => TensorIndex.Single(i))]].Number();
        throw new ArgumentOutOfRangeException(
            name,
            value,
            string.Create(CultureInfo.InvariantCulture,
                $"{name}[{string.Join(", ", position)}] is {value}, but {Title} has {InputDim} vectors: expected whole numbers 0 to "
                    + $"{InputDim - 1}. ")
                + (value == Math.Floor(value) ? "Give inputDim the largest number plus 1, or renumber the classes."
                    : "It looks up classes by their numbers; for measured numbers leave it out."));
    }

    /// <inheritdoc cref="CheckIndices(Tensor, string)"/>
    internal void CheckIndices(ReadOnlySpan<float> indices, string name)
    {
        foreach (var index in indices)
        {
            if (!(index >= 0 && index < InputDim && index == MathF.Floor(index)))
            {
                using var numbers = tensor(indices.ToArray());
                CheckIndices(numbers, name);
            }
        }
    }

    /// <inheritdoc cref="CheckIndices(Tensor, string)"/>
    internal void CheckIndices(ReadOnlySpan<int> indices, string name)
    {
        foreach (var index in indices)
        {
            if ((uint)index >= (uint)InputDim)
            {
                using var numbers = tensor(indices.ToArray());
                CheckIndices(numbers, name);
            }
        }
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        SizeGuard.Check(
            Title,
            (decimal)InputDim * OutputDim,
            "The weights are a vector for each class: reduce the classes, e.g. put rare words into one, or the vectors' length.");

        _embedding = nn.Embedding(InputDim, OutputDim);
        register_module("embedding", _embedding);
        _embedding.get_parameter(TableName)!.copy_(Initializers.Uniform(random, InitialLimit, InputDim, OutputDim));
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        CheckIndices(input, nameof(input));
        using var indices = input.to(ScalarType.Int64);
        return _embedding!.call(indices);
    }
}
