using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Attention by several heads (Vaswani et al. 2017): Keras's <c>MultiHeadAttention</c>. Each head compares its own projections of query and
/// key, and takes a mean of its own projection of the value; one more projection puts the heads together:
/// <code>
/// score(i, j) = (query_i Q) · (key_j K) / √keySize      weights(i) = softmax over j of score(i, j)
/// head_i = Σ_j weights(i, j) (value_j V)                output_i = Σ of all heads' head_i O
/// </code>
/// </summary>
/// <remarks>
/// In a graph <c>new MultiHeadAttention(4, 16).Apply(query, value, key)</c>, where the key may be left out; called with one tensor the
/// input is query, key and value. Steps that are masked in the value or the key get the weight 0; the output has the query's mask. Its
/// weights are Keras's: <c>query/kernel</c> and <c>key/kernel</c> (features, heads, keySize), <c>value/kernel</c> (features, heads,
/// valueSize), <c>attention_output/kernel</c> (heads, valueSize, output features), a bias behind each; kernels begin Glorot uniform, biases
/// with 0.
/// </remarks>
/// <example><code>
/// var x = new Input(-1, 32);
/// var seen = new MultiHeadAttention(heads: 4, keySize: 8, useCausalMask: true).Apply(x, x);
/// var y = new LayerNormalization().Apply(new Add().Apply(x, seen));
/// </code></example>
public sealed class MultiHeadAttention : AttentionLayer
{
    private const string Query = "query", Key = "key", Value = "value", Out = "attention_output";

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="heads">How many heads there are (Keras's <c>num_heads</c>).</param>
    /// <param name="keySize">The length of a head's query and key (Keras's <c>key_dim</c>).</param>
    /// <param name="valueSize">The length of a head's value (Keras's <c>value_dim</c>). <value>null: keySize</value></param>
    /// <param name="dropout">The share of the weights that training drops, at least 0 and below 1. <value>0</value></param>
    /// <param name="useBias">Whether each projection has a bias. <value>true</value></param>
    /// <param name="outputSize">How many features the output has (Keras's <c>output_shape</c>). <value>null: the query's</value></param>
    /// <param name="useCausalMask">Whether a step of the query looks only at the value's steps up to its own (Keras's argument of a call).
    /// <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or dropout is not of [0, 1).</exception>
    public MultiHeadAttention(
        int heads,
        int keySize,
        int? valueSize = null,
        double dropout = 0,
        bool useBias = true,
        int? outputSize = null,
        bool useCausalMask = false)
        : this(new MultiHeadAttentionSettings
        {
            NumHeads = heads,
            KeyDim = keySize,
            ValueDim = valueSize ?? keySize,
            Dropout = dropout,
            UseBias = useBias,
            OutputSize = outputSize,
            UseCausalMask = useCausalMask,
        })
    {
    }

    internal MultiHeadAttention(MultiHeadAttentionSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.NumHeads, "heads", nameof(MultiHeadAttention));
        AtLeastOne(settings.KeyDim, "keySize", nameof(MultiHeadAttention));
        AtLeastOne(settings.ValueDim, "valueSize", nameof(MultiHeadAttention));
        AtLeastOne(settings.OutputSize ?? 1, "outputSize", nameof(MultiHeadAttention));
        DropoutMask.CheckRate(settings.Dropout, "dropout");
    }

    internal new MultiHeadAttentionSettings Settings => (MultiHeadAttentionSettings)base.Settings;

    /// <summary>How many heads there are.</summary>
    public int Heads => Settings.NumHeads;

    /// <summary>The length of a head's query and key.</summary>
    public int KeySize => Settings.KeyDim;

    /// <summary>The length of a head's value.</summary>
    public int ValueSize => Settings.ValueDim;

    /// <summary>The share of the weights that training drops.</summary>
    public double Dropout => Settings.Dropout;

    /// <summary>Whether each projection has a bias.</summary>
    public bool UseBias => Settings.UseBias;

    /// <summary>How many features the output has; null: the query's.</summary>
    public int? OutputSize => Settings.OutputSize;

    /// <summary>Whether a step of the query looks only at the value's steps up to its own.</summary>
    public bool UseCausalMask => Settings.UseCausalMask;

    /// <summary>A penalty on the kernels.</summary>
    /// <value>null: none.</value>
    public Regularizer? KernelRegularizer
    {
        get => Settings.KernelRegularizer;
        init => Change(Settings with { KernelRegularizer = value });
    }

    /// <summary>A penalty on the biases.</summary>
    /// <value>null: none.</value>
    public Regularizer? BiasRegularizer
    {
        get => Settings.BiasRegularizer;
        init => Change(Settings with { BiasRegularizer = value });
    }

    internal override string? CountingFormula
    {
        get
        {
            if (!IsBuilt)
            {
                return null;
            }
            var bias = UseBias ? " + 1" : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Heads} * (({Inputs(Query)}{bias} + {Inputs(Key)}{bias}) * {KeySize} + ({Inputs(Value)}{bias}) * {ValueSize}) + "
                    + $"({Heads} * {ValueSize}{bias}) * {Kernel(Out).shape[^1]}");

            long Inputs(string part) => Kernel(part).shape[0];
        }
    }

    internal override IReadOnlyList<LayerWeight> Weights => !IsBuilt ? []
        : [.. ((string[])[Query, Key, Value, Out]).SelectMany(WeightsOf)];

    internal override Tensor? OwnWeight => IsBuilt ? Kernel(Query) : null;

    internal override bool ReadsScale => true;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random) => CreateWeights([inputShape], random);

    private protected override void CreateWeights(IReadOnlyList<Shape> inputShapes, SeededRandom random)
    {
        Generator = random;
        foreach (var shape in inputShapes)
        {
            FeaturesOf(shape, "(samples, time steps, features)");
        }
        foreach (var spec in Settings.WeightsOf(inputShapes))
        {
            var shape = spec.Shape;
            SizeGuard.Check(
                Title,
                shape.Aggregate(1m, (product, length) => product * length),
                "The weights are features times heads times their size: reduce one of them.");
            // Keras's fans of a kernel of three axes: the first is a part of both.
            var values = spec.Name.EndsWith("bias", StringComparison.Ordinal) ? zeros(shape)
                : Initializers.Uniform(random, Initializers.GlorotLimit(shape[0] * shape[1], shape[0] * shape[2]), shape);
            register_parameter(spec.Name.Replace('/', '_'), nn.Parameter(values));
        }
    }

    private protected override (Tensor Output, Tensor Weights) Look(Tensor query, Tensor value, Tensor key, Tensor?[] masks)
    {
        CheckFeatures((query, Query), (value, Value), (key, Key));
        var (queries, keys, values) = (Projected(query, Query), Projected(key, Key), Projected(value, Value));
        var scores = queries.Times(1 / Math.Sqrt(KeySize)).bmm(keys.transpose(1, 2))
            .unflatten(0, query.shape[0], Heads); // (samples, heads, query steps, value steps)
        var counts = Pairs(scores, UseCausalMask, masks[0]?.unsqueeze(-1), masks[1]?.unsqueeze(1), masks[2]?.unsqueeze(1));
        var weights = Shares(scores, counts?.dim() == 3 ? counts.unsqueeze(1) : counts);
        var heads = Dropped(weights, Dropout, Generator!).flatten(0, 1).bmm(values)
            .unflatten(0, query.shape[0], Heads).transpose(1, 2).flatten(2); // (samples, query steps, heads · valueSize)
        return (Linear(heads, Kernel(Out).flatten(0, 1), Out), weights);
    }

    // (samples, steps, features) to (samples · heads, steps, a head's size).
    private Tensor Projected(Tensor input, string part) =>
        Linear(input, Kernel(part).flatten(1), part).unflatten(2, Heads, -1).transpose(1, 2).flatten(0, 1);

    private Tensor Linear(Tensor input, Tensor kernel, string part) =>
        nn.functional.linear(input, kernel.t(), UseBias ? get_parameter($"{part}_bias")!.flatten() : null);

    private Tensor Kernel(string part) => get_parameter($"{part}_kernel")!;

    private LayerWeight[] WeightsOf(string part)
    {
        var kernel = Weight("kernel", KernelRegularizer);
        return UseBias ? [kernel, Weight("bias", BiasRegularizer)] : [kernel];

        LayerWeight Weight(string kind, Regularizer? regularizer) =>
            new($"{part}/{kind}", () => get_parameter($"{part}_{kind}")!, weight => weight.alias(), regularizer);
    }

    private void CheckFeatures(params ReadOnlySpan<(Tensor Tensor, string Part)> inputs)
    {
        foreach (var (tensor, part) in inputs)
        {
            var (built, given) = (Kernel(part).shape[0], tensor.shape[^1]);
            if (built != given)
            {
                throw new ShapeMismatchException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Title} was built for a {part} of {built} features but received {given}, in a {part} of shape "
                            + $"{Shape.Of(tensor)}. Give it as many as it was built for, or make a new layer."),
                    string.Create(CultureInfo.InvariantCulture, $"(samples, {part} steps, {built})"),
                    Shape.Of(tensor).ToString());
            }
        }
    }
}
