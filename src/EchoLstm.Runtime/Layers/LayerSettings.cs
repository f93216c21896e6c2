using System.Text.Json.Serialization;

namespace EchoLstm.Layers;

/// <summary>
/// What a layer is, without its weights: the settings that its layer holds, its kernel reads, a copy of it takes over, and a file has, as
/// JSON under these names in snake case. What a file says is complete: every member is there, <c>class</c> (Keras's name, below) first, the
/// members of all layers before those of recurrent ones before the rest. A new layer gets a line here and a record.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "class")]
[JsonDerivedType(typeof(LstmSettings), "LSTM")]
[JsonDerivedType(typeof(GruSettings), "GRU")]
[JsonDerivedType(typeof(SimpleRnnSettings), "SimpleRNN")]
[JsonDerivedType(typeof(BidirectionalSettings), "Bidirectional")]
[JsonDerivedType(typeof(TimeDistributedSettings), "TimeDistributed")]
[JsonDerivedType(typeof(DenseSettings), "Dense")]
[JsonDerivedType(typeof(Conv1DSettings), "Conv1D")]
[JsonDerivedType(typeof(EmbeddingSettings), "Embedding")]
[JsonDerivedType(typeof(AdditiveAttentionSettings), "AdditiveAttention")]
[JsonDerivedType(typeof(AttentionSettings), "Attention")]
[JsonDerivedType(typeof(MultiHeadAttentionSettings), "MultiHeadAttention")]
[JsonDerivedType(typeof(AttentionDecoderSettings), "AttentionDecoder")]
[JsonDerivedType(typeof(Conv2DSettings), "Conv2D")]
[JsonDerivedType(typeof(LayerNormalizationSettings), "LayerNormalization")]
[JsonDerivedType(typeof(BatchNormalizationSettings), "BatchNormalization")]
[JsonDerivedType(typeof(PReluSettings), "PReLU")]
[JsonDerivedType(typeof(MaxPooling1DSettings), "MaxPooling1D")]
[JsonDerivedType(typeof(AveragePooling1DSettings), "AveragePooling1D")]
[JsonDerivedType(typeof(GlobalMaxPooling1DSettings), "GlobalMaxPooling1D")]
[JsonDerivedType(typeof(GlobalAveragePooling1DSettings), "GlobalAveragePooling1D")]
[JsonDerivedType(typeof(MaxPooling2DSettings), "MaxPooling2D")]
[JsonDerivedType(typeof(AveragePooling2DSettings), "AveragePooling2D")]
[JsonDerivedType(typeof(GlobalMaxPooling2DSettings), "GlobalMaxPooling2D")]
[JsonDerivedType(typeof(GlobalAveragePooling2DSettings), "GlobalAveragePooling2D")]
[JsonDerivedType(typeof(UpSampling1DSettings), "UpSampling1D")]
[JsonDerivedType(typeof(ZeroPadding1DSettings), "ZeroPadding1D")]
[JsonDerivedType(typeof(Cropping1DSettings), "Cropping1D")]
[JsonDerivedType(typeof(RepeatVectorSettings), "RepeatVector")]
[JsonDerivedType(typeof(ReshapeSettings), "Reshape")]
[JsonDerivedType(typeof(MaskingSettings), "Masking")]
[JsonDerivedType(typeof(DropoutSettings), "Dropout")]
[JsonDerivedType(typeof(SpatialDropout1DSettings), "SpatialDropout1D")]
[JsonDerivedType(typeof(GaussianNoiseSettings), "GaussianNoise")]
[JsonDerivedType(typeof(ActivationSettings), "Activation")]
[JsonDerivedType(typeof(LeakyReluSettings), "LeakyReLU")]
[JsonDerivedType(typeof(EluSettings), "ELU")]
[JsonDerivedType(typeof(FlattenSettings), "Flatten")]
[JsonDerivedType(typeof(ConcatenateSettings), "Concatenate")]
[JsonDerivedType(typeof(AddSettings), "Add")]
[JsonDerivedType(typeof(SubtractSettings), "Subtract")]
[JsonDerivedType(typeof(MultiplySettings), "Multiply")]
[JsonDerivedType(typeof(AverageSettings), "Average")]
[JsonDerivedType(typeof(MaximumSettings), "Maximum")]
[JsonDerivedType(typeof(MinimumSettings), "Minimum")]
[JsonDerivedType(typeof(DotSettings), "Dot")]
[JsonDerivedType(typeof(SequentialSettings), "Sequential")]
[JsonDerivedType(typeof(FunctionalSettings), "Functional")]
internal abstract record LayerSettings
{
    private protected const int OfAll = -3;
    private protected const int OfRecurrent = -2;

    /// <summary>The name that the user gave, or its model; null: none yet.</summary>
    [JsonPropertyOrder(OfAll)]
    public string? Name { get; init; }

    /// <summary>The seed of its own random numbers; null: the model's are used.</summary>
    [JsonPropertyOrder(OfAll)]
    public int? Seed { get; init; }

    [JsonPropertyOrder(OfAll)]
    public bool Trainable { get; init; } = true;

    /// <summary>The layer's class, as the library names it.</summary>
    internal virtual string LayerClass => GetType().Name[..^"Settings".Length];

    /// <summary>The layer's class, as Keras and files name it.</summary>
    internal virtual string KerasClass => LayerClass;

    internal string Title => $"{LayerClass} '{Name}'";

    /// <summary>The layers right inside it.</summary>
    internal virtual IReadOnlyList<LayerSettings> Inner => [];

    /// <summary>
    /// Why the layer can't run one time step at a time, as what follows its name; null where an output step needs no later input step.
    /// Of layers behind one that <see cref="EndsSequence"/> nobody asks: their input has no more steps to come.
    /// </summary>
    internal virtual string? StreamObstacle => "needs the whole sequence at once";

    internal virtual bool EndsSequence => false;

    /// <summary>The shape of the output for a shape of the input, samples first.</summary>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    internal abstract Shape OutputShape(Shape input, string title);

    /// <summary>The shapes of what the layer makes of one input or several.</summary>
    /// <exception cref="ShapeMismatchException">The layer can't take such inputs.</exception>
    internal virtual IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputs, string title)
    {
        if (inputs.Count == 1)
        {
            return [OutputShape(inputs[0], title)];
        }
        var received = string.Join(", ", inputs);
        throw new ShapeMismatchException(
            $"{title} takes one input but received {string.Create(CultureInfo.InvariantCulture, $"{inputs.Count}")}: {received}. Put them "
                + "together first, e.g. with Concatenate, or apply the layer to each.",
            "one input",
            received);
    }

    /// <summary>The shapes of what a call makes: of the output, or outputs; with its states behind it where it gives them.</summary>
    /// <exception cref="ShapeMismatchException">The layer can't take such inputs, or has no state.</exception>
    internal IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputs, bool withStates, string title)
    {
        if (!withStates)
        {
            return OutputShapes(inputs, title);
        }
        CheckStates(inputs, title);
        return [OutputShape(inputs[0], title), .. StatesOf(inputs[0])];
    }

    /// <summary>The units of each tensor of the state that the layer may begin with and gives, (samples, units); none where it has no
    /// state.</summary>
    internal virtual IReadOnlyList<long> StateUnits => [];

    internal IEnumerable<Shape> StatesOf(Shape input) => StateUnits.Select(units => new Shape(input[0], units));

    internal void CheckStates(IReadOnlyList<Shape> inputs, string title)
    {
        if (StateUnits.Count == 0)
        {
            throw new ShapeMismatchException($"{title} has no state to give.", "a recurrent layer", title);
        }
        List<Shape> expected = [.. StatesOf(inputs[0])];
        var fits = inputs.Count == 1
            || (inputs.Count == expected.Count + 1 && expected.Zip(inputs.Skip(1)).All(pair => pair.First.Accepts(pair.Second)));
        if (!fits)
        {
            var (wanted, received) = (string.Join(", ", expected), string.Join(", ", inputs.Skip(1)));
            throw new ShapeMismatchException(
                $"{title} begins with a state of {wanted} but received {received}. Take the state from a layer of its kind with as many "
                    + "units.",
                wanted,
                received);
        }
    }

    /// <summary>The weights that the layer has for a shape of the input, in Keras's order and layouts; found without making any.</summary>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    internal virtual IEnumerable<WeightSpec> Weights(Shape input) => [];

    /// <summary>The same for several inputs; most layers make weights for the first alone.</summary>
    /// <exception cref="ShapeMismatchException">The layer can't take such inputs.</exception>
    internal virtual IEnumerable<WeightSpec> WeightsOf(IReadOnlyList<Shape> inputs) => Weights(inputs[0]);

    private protected long Features(Shape input) => input.Last ?? throw new ShapeMismatchException(
        $"{Title} must know the number of features but the input is {input}.",
        "(samples, ..., features)",
        input.ToString());
}

internal abstract record RecurrentSettings : LayerSettings
{
    private protected const int ActivationPlace = 1;
    private protected const int RecurrentActivationPlace = 2;
    private const int UseBiasPlace = 3;
    private protected const int Last = 4;

    [JsonPropertyOrder(OfRecurrent)]
    public required int Units { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public bool ReturnSequences { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public bool Stateful { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public bool GoBackwards { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public double Dropout { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public double RecurrentDropout { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public Regularizer? KernelRegularizer { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public Regularizer? RecurrentRegularizer { get; init; }

    [JsonPropertyOrder(OfRecurrent)]
    public Regularizer? BiasRegularizer { get; init; }

    [JsonPropertyOrder(ActivationPlace)]
    public Activation Activation { get; init; } = Activation.Tanh;

    [JsonPropertyOrder(UseBiasPlace)]
    public bool UseBias { get; init; } = true;

    internal override string? StreamObstacle => GoBackwards ? base.StreamObstacle : null;

    internal override bool EndsSequence => !ReturnSequences;

    internal override IReadOnlyList<long> StateUnits => [Units];

    /// <summary>How many parts the weights have along their last axis.</summary>
    internal abstract int Gates { get; }

    private protected virtual long[] BiasShape => [(long)Gates * Units];

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
        WeightSpec.Recurrent(Gates, Units, Features(input), UseBias ? BiasShape : null);

    internal override Shape OutputShape(Shape input, string title)
    {
        if (input.Rank != 3)
        {
            throw new ShapeMismatchException(
                $"{title} expects input of rank 3 (samples, time steps, features) but received {input}. {Hint(input.Rank)}",
                "(samples, time steps, features)",
                input.ToString());
        }
        if (input[1] == 0)
        {
            throw new ShapeMismatchException(
                $"{title} expects at least 1 time step but received {input}. Leave out samples that have no steps.",
                "(samples, time steps, features)",
                input.ToString());
        }
        return ReturnSequences ? new Shape(input[0], input[1], Units) : new Shape(input[0], Units);
    }

    private static string Hint(int rank) => rank switch
    {
        2 => "If each sample is one vector, reshape it to (samples, time steps, features), an array of one feature with "
            + "Arrays.Reshape<float[,,]>(x, samples, -1, 1), or put RepeatVector before this layer; "
            + "after another recurrent layer, give that one returnSequences: true.",
        > 3 => "Wrap it in TimeDistributed to run it for each step of a longer shape, or reshape the input.",
        _ => "Reshape the input to (samples, time steps, features).",
    };
}

internal sealed record LstmSettings : RecurrentSettings
{
    internal override string KerasClass => "LSTM";

    internal override int Gates => 4;

    internal override IReadOnlyList<long> StateUnits => [Units, Units];

    public bool ReturnState { get; init; }

    [JsonPropertyOrder(RecurrentActivationPlace)]
    public Activation RecurrentActivation { get; init; } = Activation.Sigmoid;

    [JsonPropertyOrder(Last)]
    public bool UnitForgetBias { get; init; } = true;

    [JsonPropertyOrder(Last)]
    public bool UsesFusedKernel { get; init; } = true;

    [JsonPropertyOrder(Last)]
    public int? CheckpointSteps { get; init; }
}

internal sealed record GruSettings : RecurrentSettings
{
    internal override string KerasClass => "GRU";

    internal override int Gates => 3;

    [JsonPropertyOrder(RecurrentActivationPlace)]
    public Activation RecurrentActivation { get; init; } = Activation.Sigmoid;

    [JsonPropertyOrder(Last)]
    public bool ResetAfter { get; init; } = true;

    private protected override long[] BiasShape => ResetAfter ? [2, 3L * Units] : base.BiasShape;
}

internal sealed record SimpleRnnSettings : RecurrentSettings
{
    internal override string KerasClass => "SimpleRNN";

    internal override int Gates => 1;
}

/// <summary>Two recurrent layers; the second is the first but for its direction and what is said of it alone.</summary>
internal sealed record BidirectionalSettings : LayerSettings
{
    public MergeMode MergeMode { get; init; }

    public required LayerSettings Layer { get; init; }

    public bool BackwardTrainable { get; init; } = true;

    public bool BackwardUsesFusedKernel { get; init; } = true;

    internal override IReadOnlyList<LayerSettings> Inner => [Layer];

    // Forward's, then backward's.
    internal override IReadOnlyList<long> StateUnits => Layer is null ? [] : [.. Layer.StateUnits, .. Layer.StateUnits];

    internal override Shape OutputShape(Shape input, string title)
    {
        var one = Layer.OutputShape(input, Layer.Title);
        return MergeMode == MergeMode.Concat ? one.WithLast(2 * one.Last) : one;
    }

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
        WeightSpec.Below("forward", Layer.Weights(input)).Concat(WeightSpec.Below("backward", Layer.Weights(input)));
}

internal sealed record TimeDistributedSettings : LayerSettings
{
    public required LayerSettings Layer { get; init; }

    internal override IReadOnlyList<LayerSettings> Inner => [Layer];

    // Whatever is inside sees one step.
    internal override string? StreamObstacle => null;

    /// <summary>What the layer inside gets: samples and steps become one axis.</summary>
    internal static Shape StepShape(Shape input) => new([input[0] * input[1], .. input.Skip(2)]);

    internal override Shape OutputShape(Shape input, string title)
    {
        CheckRank(input, title);
        CheckReads(input, Layer, Layer.Title, title);
        return new Shape([input[0], input[1], .. Layer.OutputShape(StepShape(input), Layer.Title).Skip(1)]);
    }

    internal static void CheckRank(Shape input, string title)
    {
        if (input.Rank < 3)
        {
            throw new ShapeMismatchException(
                $"{title} expects input of rank 3 or more (samples, time steps, features, ...) but received {input}. The Lstm before it "
                + "probably lacks returnSequences: true, so that it passes on its last step alone; to predict one vector a sample, leave "
                + "TimeDistributed out.",
                "(samples, time steps, features, ...)",
                input.ToString());
        }
    }

    /// <summary>Throws where the layer inside reads sequences, and gets single steps.</summary>
    internal static void CheckReads(Shape input, LayerSettings inner, string innerTitle, string title)
    {
        if (input.Rank == 3 && inner is RecurrentSettings or BidirectionalSettings)
        {
            throw new ShapeMismatchException(
                $"{title} gives {innerTitle} one time step of {input} at a time, but a recurrent layer reads the whole sequence by itself. "
                    + "Leave TimeDistributed out, and give the layer returnSequences: true where each step shall have an output.",
                "(samples, time steps, inner steps, features)",
                input.ToString());
        }
    }

    internal override IEnumerable<WeightSpec> Weights(Shape input) => Layer.Weights(StepShape(input));
}

internal sealed record DenseSettings : LayerSettings
{
    public required int Units { get; init; }

    public Activation Activation { get; init; }

    public bool UseBias { get; init; } = true;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input.Rank >= 2
        ? input.WithLast(Units)
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 2 or more (samples, ..., features) but received {input}. "
            + "Reshape single numbers to (samples, 1).",
            "(samples, ..., features)",
            input.ToString());

    internal override IEnumerable<WeightSpec> Weights(Shape input) => WeightSpec.KernelAndBias([Features(input), Units], UseBias);
}

internal sealed record Conv1DSettings : LayerSettings
{
    public required int Filters { get; init; }

    public required int KernelSize { get; init; }

    public int Strides { get; init; } = 1;

    public StepPadding Padding { get; init; }

    public Activation Activation { get; init; }

    public bool UseBias { get; init; } = true;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    internal StepWindows Windows => new(KernelSize, Strides, Padding);

    internal override string? StreamObstacle =>
        Strides > 1 ? "makes one step of several"
        : KernelSize == 1 || Padding == StepPadding.Causal ? null
        : "looks at later steps too (with StepPadding.Causal it does not)";

    internal override Shape OutputShape(Shape input, string title) => Windows.OutputShape(input, title, Filters);

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
        WeightSpec.KernelAndBias([KernelSize, Features(input), Filters], UseBias);
}

internal sealed record EmbeddingSettings : LayerSettings
{
    public required int InputDim { get; init; }

    public required int OutputDim { get; init; }

    public bool MaskZero { get; init; }

    public Regularizer? EmbeddingsRegularizer { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title)
    {
        if (input.Rank == 2)
        {
            return new Shape(input[0], input[1], OutputDim);
        }
        var hint = input.Rank == 3
            ? "Drop a last axis of length 1; decode one-hot vectors first; or wrap it in TimeDistributed for sequences of sequences."
            : "Reshape the input to (samples, time steps).";
        throw new ShapeMismatchException(
            $"{title} expects whole numbers of rank 2 (samples, time steps) but received {input}. {hint}",
            "(samples, time steps)",
            input.ToString());
    }

    internal override IEnumerable<WeightSpec> Weights(Shape input) => [new("embeddings", [InputDim, OutputDim])];
}

internal sealed record AttentionDecoderSettings : LayerSettings
{
    public required int Units { get; init; }

    public required int Steps { get; init; }

    internal override Shape OutputShape(Shape input, string title) => input.Rank == 3
        ? new Shape(input[0], Steps, Units)
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 3 (samples, time steps, features) but received {input}. It looks at every step of the encoder: "
            + "give the recurrent layer before it returnSequences: true.",
            "(samples, time steps, features)",
            input.ToString());

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
    [
        .. WeightSpec.Below("query", WeightSpec.KernelAndBias([Units, Units], hasBias: false)),
        .. WeightSpec.Below("key", WeightSpec.KernelAndBias([Features(input), Units], hasBias: true)),
        .. WeightSpec.Below("attention", [new("scale", [Units])]),
        .. WeightSpec.Below("lstm", WeightSpec.Recurrent(4, Units, Features(input), [4L * Units])),
    ];
}

internal sealed record MaxPooling1DSettings : LayerSettings
{
    public required int PoolSize { get; init; }

    public required int Strides { get; init; }

    public StepPadding Padding { get; init; }

    internal StepWindows Windows => new(PoolSize, Strides, Padding);

    internal override string? StreamObstacle => Strides > 1 ? "makes one step of several"
        : PoolSize > 1 ? "looks at later steps too"
        : null;

    internal override Shape OutputShape(Shape input, string title) => Windows.OutputShape(input, title, input.Last);
}

internal sealed record RepeatVectorSettings : LayerSettings
{
    public required int N { get; init; }

    internal override Shape OutputShape(Shape input, string title) => input.Rank == 2
        ? new Shape(input[0], N, input[1])
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 2 (samples, features) but received {input}. After an Lstm, leave out its returnSequences: "
            + "the vector to repeat is the last step's output.",
            "(samples, features)",
            input.ToString());
}

internal sealed record ReshapeSettings : LayerSettings
{
    public required IReadOnlyList<long> TargetShape { get; init; }

    internal override Shape OutputShape(Shape input, string title)
    {
        var values = input.Skip(1).Aggregate((long?)1, (product, length) => product * length);
        var known = TargetShape.Where(length => length != -1).Aggregate(1L, (product, length) => checked(product * length));
        var isOpen = TargetShape.Contains(-1);
        var fits = values is not { } count || (isOpen ? count > 0 && count % known == 0 : count == known);
        if (input.Rank == 0 || !fits)
        {
            var expected = string.Create(CultureInfo.InvariantCulture, $"{(isOpen ? "a multiple of " : "")}{known} values");
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{title} makes samples of shape ({string.Join(", ", TargetShape)}), so it expects {expected} a sample but received "
                        + $"{input}{(values is null ? "" : $", which has {values}")}. Change the target, or what comes before."),
                $"(samples, ...) with {expected}",
                input.ToString());
        }
        return new Shape([input[0], .. TargetShape.Select(length => length == -1 ? values / known : length)]);
    }
}

internal sealed record MaskingSettings : LayerSettings
{
    public double MaskValue { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input.Rank >= 3
        ? input
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 3 (samples, time steps, features) but received {input}. "
            + "Reshape single numbers a step to (samples, time steps, 1).",
            "(samples, time steps, features)",
            input.ToString());
}

internal sealed record DropoutSettings : LayerSettings
{
    public required double Rate { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input;
}

internal sealed record ActivationSettings : LayerSettings
{
    public required Activation Activation { get; init; }

    internal override string LayerClass => "ActivationLayer";

    internal override string KerasClass => "Activation";

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input;
}

internal sealed record FlattenSettings : LayerSettings
{
    internal override Shape OutputShape(Shape input, string title) => input.Rank >= 2
        ? new Shape(input[0], input.Skip(1).Aggregate((long?)1, (product, length) => product * length))
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 2 or more (samples, ...) but received {input}. Reshape single numbers to (samples, 1).",
            "(samples, ...)",
            input.ToString());
}

/// <summary>A TorchSharp module, whose code no file can hold.</summary>
internal sealed record ModuleSettings(string Module) : LayerSettings
{
    /// <summary>Whether it computes each time step from that step alone.</summary>
    internal bool IsStepwise { get; init; }

    internal override string LayerClass => "ModuleLayer";

    internal override string? StreamObstacle => IsStepwise ? null
        : "is a TorchSharp module, which may look at any step (wrap it in new ModuleLayer(module) { Stepwise = true } if it looks at one)";

    internal override string KerasClass => Module;

    internal override Shape OutputShape(Shape input, string title) =>
        throw new InvalidOperationException($"{title} is a TorchSharp module, whose output is known when it runs.");
}

internal sealed record SequentialSettings : LayerSettings
{
    public Training.EngineKind RequestedEngine { get; init; }

    public required IReadOnlyList<LayerSettings> Layers { get; init; }

    internal override string LayerClass => "SequentialModel";

    internal override string KerasClass => "Sequential";

    internal override IReadOnlyList<LayerSettings> Inner => Layers;

    internal override Shape OutputShape(Shape input, string title) =>
        Layers.Aggregate(input, (shape, layer) => layer.OutputShape(shape, layer.Title));

    internal override IEnumerable<WeightSpec> Weights(Shape input)
    {
        var shape = input;
        foreach (var layer in Layers)
        {
            var next = layer.OutputShape(shape, layer.Title);
            var name = layer.Name ?? throw new InvalidOperationException($"A layer of {Title} has no name.");
            foreach (var weight in WeightSpec.Below(name, layer.Weights(shape)))
            {
                yield return weight;
            }
            shape = next;
        }
    }
}
