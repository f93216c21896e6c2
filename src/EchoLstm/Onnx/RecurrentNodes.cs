using EchoLstm.Layers;

namespace EchoLstm.Onnx;

/// <summary>
/// Recurrent layers as ONNX's operators LSTM, GRU and RNN: steps first inside, samples first outside; gates i, o, f, c and z, r, h.
/// </summary>
internal sealed class RecurrentNodes(OnnxGraph graph, OnnxWeights weights, MaskNodes masks, OnnxStates states)
{
    internal string Layer(RecurrentSettings layer, OnnxValue x, string path, bool streams)
    {
        if (!streams)
        {
            return From(layer, x, path, null).Output;
        }
        string[] kinds = layer is LstmSettings ? ["h", "c"] : ["h"];
        string[] before = [.. kinds.Select(kind => states.In(path, kind, layer.Units))];
        var (output, after) = Read(layer, x, path, layer.GoBackwards, before, goesOn: true);
        foreach (var (kind, state) in kinds.Zip(after))
        {
            states.Out(path, kind, state, layer.Units);
        }
        return output;
    }

    /// <summary>A layer that begins with a state, or with zeros, and the state after it; each (samples, units).</summary>
    internal (string Output, string[] After) From(RecurrentSettings layer, OnnxValue x, string path, string[]? before)
    {
        var (y, after) = Read(layer, x, path, layer.GoBackwards, before);
        // The operator leaves its outputs at the steps that it read; Keras has them in the order of reading.
        return (layer is { ReturnSequences: true, GoBackwards: true } ? Turned(y) : y, after);
    }

    /// <summary>Two layers that read in opposite directions, put together, and the states after them, the first layer's first.</summary>
    internal (string Output, string[] After) Both(
        BidirectionalSettings both, RecurrentSettings layer, OnnxValue x, string path, string[]? before)
    {
        var half = (before?.Length ?? 0) / 2;
        var (forward, after) = Read(layer, x, $"{path}/forward", layer.GoBackwards, before?[..half]);
        var (backward, afterBackward) = Read(layer, x, $"{path}/backward", !layer.GoBackwards, before?[half..]);
        if (layer.ReturnSequences && layer.GoBackwards)
        {
            (forward, backward) = (Turned(forward), Turned(backward));
        }
        if (OutputMask(layer, x.Mask) is { } mask)
        {
            // Keras sets zero_output_for_mask on both layers.
            var used = masks.Factor(mask);
            (forward, backward) = (graph.Op("Mul", [forward, used]), graph.Op("Mul", [backward, used]));
        }
        var output = both.MergeMode switch
        {
            MergeMode.Concat => graph.Main("Concat", [forward, backward], ("axis", -1L)),
            MergeMode.Sum => graph.Main("Add", [forward, backward]),
            MergeMode.Mul => graph.Main("Mul", [forward, backward]),
            _ => graph.Main("Mul", [graph.Op("Add", [forward, backward]), graph.Number(0.5f)]),
        };
        return (output, [.. after, .. afterBackward]);
    }

    /// <summary>The output's mask, in the order in which the steps are read.</summary>
    internal OnnxMask? OutputMask(RecurrentSettings layer, OnnxMask? mask) =>
        mask is null || !layer.ReturnSequences ? null : layer.GoBackwards ? new OnnxMask(Turned(mask.Name), mask.Rank) : mask;

    /// <summary>The operator's weights W, R and B; "" where there is no bias.</summary>
    internal string[] Cell(RecurrentSettings layer, string path)
    {
        int[] order = layer switch { LstmSettings => [0, 3, 1, 2], GruSettings => [0, 1, 2], _ => [0] };
        var (units, gates) = (layer.Units, order.Length * (long)layer.Units);
        var kernel = weights[$"{path}/kernel"];
        var bias = weights.Find($"{path}/bias");
        // Keras's new GRU has the recurrent product's bias beside the inputs'; the others have zeros there.
        float[] biases = bias is null ? []
            : bias.Length > gates ? [.. Gates(bias[..(int)gates]), .. Gates(bias[(int)gates..])]
            : [.. Gates(bias), .. new float[gates]];
        return
        [
            graph.Floats($"{path}/W", Gates(kernel), 1, gates, kernel.Length / gates),
            graph.Floats($"{path}/R", Gates(weights[$"{path}/recurrent_kernel"]), 1, gates, units),
            bias is null ? "" : graph.Floats($"{path}/B", biases, 1, 2 * gates),
        ];

        float[] Gates(float[] values) => OnnxWeights.Gates(values, units, order);
    }

    internal static (string Type, (string Name, object Value)[] Attributes) Operator(RecurrentSettings layer, bool backwards)
    {
        (string Name, object Value)[] common =
            [("hidden_size", (long)layer.Units), ("direction", backwards ? "reverse" : "forward")];
        return layer switch
        {
            LstmSettings lstm => ("LSTM",
                [.. common, .. ActivationNodes.OfCell(layer, lstm.RecurrentActivation, lstm.Activation, lstm.Activation)]),
            GruSettings gru => ("GRU",
                [.. common, .. ActivationNodes.OfCell(layer, gru.RecurrentActivation, gru.Activation),
                    ("linear_before_reset", gru.ResetAfter ? 1L : 0)]),
            _ => ("RNN", [.. common, .. ActivationNodes.OfCell(layer, layer.Activation)]),
        };
    }

    private string Turned(string steps) => graph.Op(
        "Slice", [steps, graph.Integers(-1), graph.Integers(long.MinValue), graph.Integers(1), graph.Integers(-1)]);

    // Sequences with each output at the step that was read, or the last output; and the state after. Where a sequence goes on, its masked
    // first steps repeat the output before them; else there is none, and they give zeros.
    private (string Output, string[] After) Read(
        RecurrentSettings layer, OnnxValue x, string path, bool backwards, string[]? before, bool goesOn = false)
    {
        var (type, attributes) = Operator(layer, backwards);
        var mask = x.Mask;
        var steps = graph.Transpose(mask is null ? x.Name : masks.ToFront(x.Name, mask), 1, 0, 2);
        var outputs = graph.Mains(
            type,
            [
                steps, .. Cell(layer, path), mask is null ? "" : masks.Lengths(mask),
                .. (before ?? []).Select(state => graph.Unsqueeze(state, 0)),
            ],
            layer is LstmSettings ? 3 : 2,
            attributes);
        string[] last = [.. outputs.Skip(1).Select(state => graph.Squeeze(state, 0))];
        string[] after = mask is null ? last : [.. last.Select((state, i) => masks.After(state, mask, before?[i]))];
        var first = goesOn ? before?[0] : null;
        if (!layer.ReturnSequences)
        {
            return (mask is null || goesOn || before is null ? after[0] : masks.After(last[0], mask, first), after);
        }
        var sequence = graph.Transpose(graph.Squeeze(outputs[0], 1), 1, 0, 2);
        return (mask is null ? sequence : masks.Back(sequence, mask, backwards, first), after);
    }
}
