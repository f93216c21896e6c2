using System.Text.Json.Serialization;

namespace EchoLstm.Layers;

/// <summary>A layer in which each step of a query gets a mean of a value's steps, weighted by how well their keys fit.</summary>
internal abstract record AttentionLayerSettings : LayerSettings
{
    /// <summary>What a value and a key have to be, and what to do where they are not.</summary>
    internal virtual (string Value, string Key, string Advice) Needs => (
        "(samples, value steps, any)", "(samples, value steps, features)", "Give key the query's features with a Dense before.");

    internal sealed override Shape OutputShape(Shape input, string title) => input.Rank == 3
        ? OutputOf(input, input)
        : throw new ShapeMismatchException(
            $"{title} expects input of rank 3 (samples, time steps, features) but received {input}. "
            + "After a recurrent layer, give that one returnSequences: true.",
            "(samples, time steps, features)",
            input.ToString());

    // Query, value and, where it is not the value, key.
    internal sealed override IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputs, string title)
    {
        if (inputs.Count == 1)
        {
            return [OutputShape(inputs[0], title)];
        }
        if (inputs.Count > 3 || !Fit(inputs[0], inputs[1], inputs[^1]))
        {
            var (value, key, advice) = Needs;
            var expected = $"query (samples, query steps, features), value {value} and, where it is not the value, key {key}";
            var received = string.Join(", ", inputs);
            throw new ShapeMismatchException($"{title} expects {expected} but received {received}. {advice}", expected, received);
        }
        return [OutputOf(inputs[0], inputs[1])];
    }

    /// <summary>Whether a query can look at a value by its keys.</summary>
    internal virtual bool Fit(Shape query, Shape value, Shape key) => query.Rank == 3 && value.Rank == 3 && key.Rank == 3
        && key.WithLast(null).Accepts(value.WithLast(null))
        && query.With(1, null).WithLast(null).Accepts(key.With(1, null).WithLast(null));

    private protected virtual Shape OutputOf(Shape query, Shape value) => query.WithLast(value.Last);
}

/// <summary>Attention that compares a query with keys as they are.</summary>
internal abstract record PlainAttentionSettings : AttentionLayerSettings
{
    public bool UseScale { get; init; }

    internal sealed override bool Fit(Shape query, Shape value, Shape key) =>
        base.Fit(query, value, key) && query.With(1, null).Accepts(key.With(1, null));
}

internal sealed record AdditiveAttentionSettings : PlainAttentionSettings
{
    internal override IEnumerable<WeightSpec> Weights(Shape input) => UseScale ? [new("scale", [Features(input)])] : [];
}

internal sealed record AttentionSettings : PlainAttentionSettings
{
    public ScoreMode ScoreMode { get; init; }

    public double Dropout { get; init; }

    public bool UseCausalMask { get; init; }

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
    [
        .. UseScale ? (WeightSpec[])[new("scale", [])] : [],
        .. ScoreMode == ScoreMode.Concat ? (WeightSpec[])[new("concat_score_weight", [])] : [],
    ];
}

internal sealed record MultiHeadAttentionSettings : AttentionLayerSettings
{
    public required int NumHeads { get; init; }

    public required int KeyDim { get; init; }

    public required int ValueDim { get; init; }

    /// <summary>The output's features; null: the query's.</summary>
    [JsonPropertyName("output_shape")]
    public int? OutputSize { get; init; }

    public bool UseBias { get; init; } = true;

    public double Dropout { get; init; }

    public bool UseCausalMask { get; init; }

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    internal override (string Value, string Key, string Advice) Needs => (
        "(samples, value steps, any)", "(samples, value steps, any)", "Give value and key the query's samples, and both as many steps.");

    internal override IEnumerable<WeightSpec> Weights(Shape input) => WeightsOf([input]);

    internal override IEnumerable<WeightSpec> WeightsOf(IReadOnlyList<Shape> inputs)
    {
        var (query, key, value) = (Features(inputs[0]), Features(inputs[^1]), Features(inputs[Math.Min(1, inputs.Count - 1)]));
        return
        [
            .. Projection("query", [query, NumHeads, KeyDim], [NumHeads, KeyDim]),
            .. Projection("key", [key, NumHeads, KeyDim], [NumHeads, KeyDim]),
            .. Projection("value", [value, NumHeads, ValueDim], [NumHeads, ValueDim]),
            .. Projection("attention_output", [NumHeads, ValueDim, OutputSize ?? query], [OutputSize ?? query]),
        ];
    }

    private protected override Shape OutputOf(Shape query, Shape value) => query.WithLast(OutputSize ?? query.Last);

    private IEnumerable<WeightSpec> Projection(string name, long[] kernel, long[] bias) =>
        WeightSpec.Below(name, UseBias ? [new("kernel", kernel), new("bias", bias)] : [new("kernel", kernel)]);
}
