using EchoLstm.Layers;

namespace EchoLstm.Onnx;

/// <summary>Layers whose query, value and key are one sequence.</summary>
internal sealed class AttentionNodes(OnnxGraph graph, OnnxWeights weights, MaskNodes masks)
{
    private const float Outweighed = 1e9f; // as AttentionLayer has it

    /// <summary>What each step of a sequence gets.</summary>
    internal string Layer(AttentionLayerSettings layer, OnnxValue x, string path)
    {
        if (layer is MultiHeadAttentionSettings heads)
        {
            return Heads(heads, x, path);
        }
        var counts = x.Mask is null ? null : graph.Unsqueeze(x.Mask.Name, 1);
        var looks = layer is AttentionSettings attention
            ? Shares(Scores(attention, x.Name, path), Pairs(x, counts, attention.UseCausalMask))
            : Looks(x.Name, x.Name, x.Mask, Scale(path));
        var y = graph.Main("MatMul", [looks, x.Name]);
        return x.Mask is null ? y : graph.Op("Mul", [y, masks.Factor(x.Mask)]);
    }

    /// <summary>An AdditiveAttention's weight; null where it has none.</summary>
    internal string? Scale(string path) => weights.Find($"{path}/scale") is { } scale
        ? graph.Floats($"{path}/scale", scale, scale.Length)
        : null;

    /// <summary>Where each step of a query looks by AdditiveAttention, (samples, query steps, value steps).</summary>
    internal string Looks(string query, string key, OnnxMask? mask, string? scale)
    {
        var fit = graph.Op("Tanh", [Sums(query, key)]);
        return Shares(Summed(scale is null ? fit : graph.Op("Mul", [fit, scale])), mask is null ? null : graph.Unsqueeze(mask.Name, 1));
    }

    private string Scores(AttentionSettings layer, string x, string path)
    {
        if (layer.ScoreMode == ScoreMode.Dot)
        {
            return Weighted(graph.Op("MatMul", [x, graph.Transpose(x, 0, 2, 1)]), "scale");
        }
        return Weighted(Summed(graph.Op("Tanh", [Weighted(Sums(x, x), "scale")])), "concat_score_weight");

        string Weighted(string value, string name) => weights.Find($"{path}/{name}") is { } number
            ? graph.Op("Mul", [value, graph.Floats($"{path}/{name}", number)])
            : value;
    }

    private string Heads(MultiHeadAttentionSettings layer, OnnxValue x, string path)
    {
        var factor = graph.Number((float)(1 / Math.Sqrt(layer.KeyDim)));
        var queries = graph.Op("Mul", [Projected("query", layer.KeyDim, 0, 2, 1, 3), factor]);
        // (samples, heads, query steps, value steps)
        var scores = graph.Op("MatMul", [queries, Projected("key", layer.KeyDim, 0, 2, 3, 1)]);
        var counts = x.Mask is null ? null
            : graph.Op("And", [graph.Unsqueeze(x.Mask.Name, 2), graph.Unsqueeze(x.Mask.Name, 1)]);
        var pairs = Pairs(x, counts, layer.UseCausalMask);
        var looks = Shares(scores, pairs is null ? null : graph.Unsqueeze(pairs, 1));
        var heads = graph.Transpose(graph.Op("MatMul", [looks, Projected("value", layer.ValueDim, 0, 2, 1, 3)]), 0, 2, 1, 3);
        var all = layer.NumHeads * layer.ValueDim;
        return Linear(graph.Op("Reshape", [heads, graph.Integers(0, 0, all)]), "attention_output", all);

        // (samples, steps, heads, size) in another order.
        string Projected(string part, long size, params long[] order) => graph.Transpose(
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
    private string? Pairs(OnnxValue x, string? counts, bool isCausal)
    {
        if (!isCausal)
        {
            return counts;
        }
        var count = graph.Squeeze(graph.Lengths(x.Name, 1, 2), 0);
        var steps = graph.Op("Range", [graph.Integer(0), count, graph.Integer(1)]);
        var earlier = graph.Unsqueeze(graph.Op("GreaterOrEqual", [graph.Unsqueeze(steps, 1), graph.Unsqueeze(steps, 0)]), 0);
        return counts is null ? earlier : graph.Op("And", [counts, earlier]);
    }

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
