using EchoLstm.Layers;

namespace EchoLstm.Onnx;

/// <summary>Layers in which the steps of a query look at those of a value by their keys.</summary>
internal sealed class AttentionNodes(OnnxGraph graph, OnnxWeights weights, MaskNodes masks)
{
    private const float Outweighed = 1e9f; // as AttentionLayer has it

    /// <summary>What each step of the query gets; its mask goes on.</summary>
    internal OnnxValue Layer(AttentionLayerSettings layer, OnnxValue[] given, string path)
    {
        var (query, value, key) = (given[0], given[Math.Min(1, given.Length - 1)], given[^1]);
        var shape = layer.OutputShapes([.. given.Select(one => one.Shape)], layer.Title)[0];
        if (layer is MultiHeadAttentionSettings heads)
        {
            return new(Heads(heads, query, value, key, path), shape, query.Mask);
        }
        var looks = layer is AttentionSettings attention
            ? Shares(Scores(attention, query.Name, key.Name, path), Pairs(query, value, Row(value.Mask), attention.UseCausalMask))
            : Looks(query.Name, key.Name, value.Mask, Scale(path));
        var y = graph.Main("MatMul", [looks, value.Name]);
        return new(query.Mask is null ? y : graph.Op("Mul", [y, masks.Factor(query.Mask)]), shape, query.Mask);
    }

    internal string? Scale(string path) => weights.Find($"{path}/scale") is { } scale
        ? graph.Floats($"{path}/scale", scale, scale.Length)
        : null;

    /// <summary>Where each step of a query looks by AdditiveAttention, (samples, query steps, value steps).</summary>
    internal string Looks(string query, string key, OnnxMask? mask, string? scale)
    {
        var fit = graph.Op("Tanh", [Sums(query, key)]);
        return Shares(Summed(scale is null ? fit : graph.Op("Mul", [fit, scale])), Row(mask));
    }

    // A value's mask for each step of a query.
    private string? Row(OnnxMask? mask) => mask is null ? null : graph.Unsqueeze(mask.Name, 1);

    private string Scores(AttentionSettings layer, string query, string key, string path)
    {
        if (layer.ScoreMode == ScoreMode.Dot)
        {
            return Weighted(graph.Op("MatMul", [query, graph.Transpose(key, 0, 2, 1)]), "scale");
        }
        return Weighted(Summed(graph.Op("Tanh", [Weighted(Sums(query, key), "scale")])), "concat_score_weight");

        string Weighted(string value, string name) => weights.Find($"{path}/{name}") is { } number
            ? graph.Op("Mul", [value, graph.Floats($"{path}/{name}", number)])
            : value;
    }

    private string Heads(MultiHeadAttentionSettings layer, OnnxValue query, OnnxValue value, OnnxValue key, string path)
    {
        var factor = graph.Number((float)(1 / Math.Sqrt(layer.KeyDim)));
        var queries = graph.Op("Mul", [Projected(query, "query", layer.KeyDim, 0, 2, 1, 3), factor]);
        // (samples, heads, query steps, value steps)
        var scores = graph.Op("MatMul", [queries, Projected(key, "key", layer.KeyDim, 0, 2, 3, 1)]);
        var column = query.Mask is null ? null : graph.Unsqueeze(query.Mask.Name, 2);
        var counts = Both(Both(column, Row(value.Mask)), ReferenceEquals(key, value) ? null : Row(key.Mask));
        var pairs = Pairs(query, value, counts, layer.UseCausalMask);
        var looks = Shares(scores, pairs is null ? null : graph.Unsqueeze(pairs, 1));
        var heads = graph.Transpose(graph.Op("MatMul", [looks, Projected(value, "value", layer.ValueDim, 0, 2, 1, 3)]), 0, 2, 1, 3);
        var all = layer.NumHeads * layer.ValueDim;
        return Linear(graph.Op("Reshape", [heads, graph.Integers(0, 0, all)]), "attention_output", all);

        // (samples, steps, heads, size) in another order.
        string Projected(OnnxValue x, string part, long size, params long[] order) => graph.Transpose(
            graph.Op("Reshape", [Linear(x.Name, part, x.Shape.Last!.Value), graph.Integers(0, 0, layer.NumHeads, size)]), order);

        string Linear(string input, string part, long inputs)
        {
            var (kernel, bias) = (weights[$"{path}/{part}/kernel"], weights.Find($"{path}/{part}/bias"));
            string[] operands = [input, graph.Floats($"{path}/{part}/kernel", kernel, inputs, kernel.Length / inputs)];
            var y = part == "attention_output" ? graph.Main("MatMul", operands) : graph.Op("MatMul", operands);
            return bias is null ? y : graph.Op("Add", [y, graph.Floats($"{path}/{part}/bias", bias, bias.Length)]);
        }
    }

    // Which pairs of steps count, of those that do otherwise; null: all.
    private string? Pairs(OnnxValue query, OnnxValue value, string? counts, bool isCausal)
    {
        if (!isCausal)
        {
            return counts;
        }
        var (rows, columns) = (Places(query), Places(value));
        return Both(counts, graph.Unsqueeze(graph.Op("GreaterOrEqual", [graph.Unsqueeze(rows, 1), graph.Unsqueeze(columns, 0)]), 0));
    }

    private string Places(OnnxValue steps) =>
        graph.Op("Range", [graph.Integer(0), graph.Squeeze(graph.Lengths(steps.Name, 1, 2), 0), graph.Integer(1)]);

    private string? Both(string? one, string? other) => one is null || other is null ? one ?? other : graph.Op("And", [one, other]);

    private string Sums(string query, string key) => graph.Op("Add", [graph.Unsqueeze(query, 2), graph.Unsqueeze(key, 1)]);

    private string Summed(string features) => graph.Reduce("ReduceSum", features, keep: false, -1);

    private string Shares(string scores, string? counts)
    {
        if (counts is not null)
        {
            var unused = graph.Cast(graph.Op("Not", [counts]), OnnxGraph.Float);
            scores = graph.Op("Sub", [scores, graph.Op("Mul", [unused, graph.Number(Outweighed)])]);
        }
        return graph.Op("Softmax", [scores], ("axis", -1L));
    }
}
