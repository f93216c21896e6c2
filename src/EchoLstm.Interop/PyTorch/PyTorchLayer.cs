using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>How a layer's weights lie in PyTorch's module of its kind, there and back.</summary>
internal static class PyTorchLayer
{
    // Keras's gates z, r, h are PyTorch's second, first and third.
    private static int[] GruGates => [1, 0, 2];

    /// <summary>The tensors that PyTorch's module for a layer has, with their shapes; null, and why, where there is no such
    /// module.</summary>
    internal static IReadOnlyDictionary<string, long[]>? Expected(Layer layer, out string? reason)
    {
        reason = null;
        switch (layer)
        {
            case Bidirectional both when both.Forward is { } forward:
                if (Expected(forward, out reason) is not { } one)
                {
                    return null;
                }
                return one.Concat(one.Select(tensor => KeyValuePair.Create($"{tensor.Key}_reverse", tensor.Value))).ToDictionary();
            case Lstm { Activation: Activation.Tanh, RecurrentActivation: Activation.Sigmoid }:
            case Gru { ResetAfter: true, Activation: Activation.Tanh, RecurrentActivation: Activation.Sigmoid }:
            case SimpleRnn { Activation: Activation.Tanh or Activation.Relu }:
                var shapes = Shapes(layer);
                return Recurrent(shapes[0][0], shapes[1][0], shapes[0][1], shapes.Count > 2);
            case Lstm or Gru or SimpleRnn:
                reason = layer is Gru { ResetAfter: false }
                    ? "PyTorch's GRU has its reset gate after the product: only resetAfter: true is the same cell"
                    : "PyTorch's cell has other activations: tanh with sigmoid gates, or for an RNN tanh or relu";
                return null;
            case Dense:
                shapes = Shapes(layer);
                return WeightAndBias([shapes[0][1], shapes[0][0]], shapes.Count > 1);
            case Embedding:
                return WeightAndBias(Shapes(layer)[0], hasBias: false);
            case Conv1D:
                shapes = Shapes(layer);
                return WeightAndBias([shapes[0][2], shapes[0][1], shapes[0][0]], shapes.Count > 1);
            case LayerNormalization { Center: true, Scale: true }:
                return WeightAndBias(Shapes(layer)[0], hasBias: true);
            case BatchNormalization { Center: true, Scale: true }:
                var features = Shapes(layer)[0];
                return new Dictionary<string, long[]>
                {
                    ["weight"] = features, ["bias"] = features, ["running_mean"] = features, ["running_var"] = features,
                };
            default:
                reason = $"a {layer.GetType().Name} as it is set has no like in PyTorch here";
                return null;
        }
    }

    /// <summary>A unit's numbers as the layer's weights in Keras's layout.</summary>
    internal static Array[] ToKeras(Layer layer, Func<string, float[]> read, string suffix = "")
    {
        switch (layer)
        {
            case Bidirectional both:
                return [.. ToKeras(both.Forward, read), .. ToKeras(both.Backward, read, "_reverse")];
            case RecurrentLayer:
                var shapes = Shapes(layer);
                var (features, units, columns) = (shapes[0][0], shapes[1][0], shapes[0][1]);
                var gates = layer is Gru ? GruGates : null;
                List<Array> weights =
                [
                    Transposed(Ordered(read($"weight_ih{suffix}"), gates), columns, features),
                    Transposed(Ordered(read($"weight_hh{suffix}"), gates), columns, units),
                ];
                if (shapes.Count > 2)
                {
                    var (input, recurrent) = (Ordered(read($"bias_ih{suffix}"), gates), Ordered(read($"bias_hh{suffix}"), gates));
                    weights.Add(layer is Gru
                        ? Matrix([.. input, .. recurrent], 2, columns)
                        : input.Zip(recurrent, (a, b) => a + b).ToArray());
                }
                return [.. weights];
            case Dense:
                shapes = Shapes(layer);
                Array kernel = Transposed(read("weight"), shapes[0][1], shapes[0][0]);
                return shapes.Count > 1 ? [kernel, read("bias")] : [kernel];
            case Embedding:
                return [Matrix(read("weight"), Shapes(layer)[0][0], Shapes(layer)[0][1])];
            case Conv1D:
                shapes = Shapes(layer);
                kernel = Reversed(read("weight"), shapes[0]);
                return shapes.Count > 1 ? [kernel, read("bias")] : [kernel];
            case BatchNormalization:
                return [read("weight"), read("bias"), read("running_mean"), read("running_var")];
            default:
                return [read("weight"), read("bias")];
        }
    }

    /// <summary>The layer's weights as PyTorch's module has them, by the tensors' names.</summary>
    internal static IEnumerable<(string Name, long[] Shape, float[] Values)> FromKeras(Layer layer, string suffix = "")
    {
        if (layer is Bidirectional both)
        {
            return FromKeras(both.Forward).Concat(FromKeras(both.Backward, "_reverse"));
        }
        var expected = Expected(layer, out _)!;
        var weights = layer.GetWeights();
        float[] Flat(int i) => [.. weights[i].Cast<float>()];
        switch (layer)
        {
            case RecurrentLayer:
                var (features, units, columns) = (weights[0].GetLength(0), weights[1].GetLength(0), weights[0].GetLength(1));
                var gates = layer is Gru ? GruGates : null; // the order is its own reverse
                List<(string, float[])> tensors =
                [
                    ("weight_ih", Ordered([.. Transposed(Flat(0), features, columns).Cast<float>()], gates)),
                    ("weight_hh", Ordered([.. Transposed(Flat(1), units, columns).Cast<float>()], gates)),
                ];
                if (weights.Count > 2)
                {
                    var bias = Flat(2);
                    // PyTorch has two biases; of one the second is 0.
                    tensors.Add(("bias_ih", Ordered(bias[..columns], gates)));
                    tensors.Add(("bias_hh", layer is Gru ? Ordered(bias[columns..], gates) : new float[columns]));
                }
                return tensors.Select(tensor => ($"{tensor.Item1}{suffix}", expected[tensor.Item1], tensor.Item2));
            case Dense:
                return Named([[.. Transposed(Flat(0), weights[0].GetLength(0), weights[0].GetLength(1)).Cast<float>()], .. Rest()]);
            case Conv1D:
                long[] shape = [weights[0].GetLength(2), weights[0].GetLength(1), weights[0].GetLength(0)];
                return Named([[.. Reversed(Flat(0), shape).Cast<float>()], .. Rest()]);
            default:
                return Named([.. weights.Select((_, i) => Flat(i))]);
        }

        IEnumerable<float[]> Rest() => weights.Skip(1).Select((_, i) => Flat(i + 1));

        IEnumerable<(string, long[], float[])> Named(IReadOnlyList<float[]> values) =>
            expected.Select((tensor, i) => (tensor.Key, tensor.Value, values[i]));
    }

    private static IReadOnlyList<long[]> Shapes(Layer layer)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return [.. layer.Weights.Select(weight => weight.Value().shape)];
    }

    private static Dictionary<string, long[]> Recurrent(long features, long units, long columns, bool hasBias)
    {
        var tensors = new Dictionary<string, long[]> { ["weight_ih"] = [columns, features], ["weight_hh"] = [columns, units] };
        if (hasBias)
        {
            (tensors["bias_ih"], tensors["bias_hh"]) = ([columns], [columns]);
        }
        return tensors;
    }

    private static Dictionary<string, long[]> WeightAndBias(long[] weight, bool hasBias) => hasBias
        ? new() { ["weight"] = weight, ["bias"] = [weight[0]] }
        : new() { ["weight"] = weight };

    // Parts of equal length, gate by gate, in another order; null: as they are.
    private static float[] Ordered(float[] values, int[]? gates)
    {
        if (gates is null)
        {
            return values;
        }
        var part = values.Length / gates.Length;
        return [.. gates.SelectMany(gate => values.AsSpan(gate * part, part).ToArray())];
    }

    private static float[,] Matrix(float[] values, long rows, long columns)
    {
        var matrix = new float[rows, columns];
        Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(float));
        return matrix;
    }

    // (rows, columns) to (columns, rows).
    private static float[,] Transposed(float[] values, long rows, long columns)
    {
        var transposed = new float[columns, rows];
        for (var row = 0L; row < rows; row++)
        {
            for (var column = 0L; column < columns; column++)
            {
                transposed[column, row] = values[(row * columns) + column];
            }
        }
        return transposed;
    }

    // Axes in the reverse order, which (out, in, steps) is for (steps, in, out).
    private static float[,,] Reversed(float[] values, long[] shape)
    {
        var reversed = new float[shape[0], shape[1], shape[2]];
        for (var i = 0L; i < shape[0]; i++)
        {
            for (var j = 0L; j < shape[1]; j++)
            {
                for (var k = 0L; k < shape[2]; k++)
                {
                    reversed[i, j, k] = values[(((k * shape[1]) + j) * shape[0]) + i];
                }
            }
        }
        return reversed;
    }
}
