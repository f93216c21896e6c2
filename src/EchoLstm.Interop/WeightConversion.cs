using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>A layer with weights of its own, or a wrapper with all of what it wraps: the unit to which a file gives arrays.</summary>
/// <param name="Layer">The layer; never a model.</param>
/// <param name="Inputs">The shapes of its inputs.</param>
/// <param name="Name">Its name with the models' before it.</param>
/// <param name="IsFrozen">Whether it, or the model around it, is not trained.</param>
internal sealed record WeightHolder(LayerSettings Layer, IReadOnlyList<Shape> Inputs, string Name, bool IsFrozen)
{
    internal IReadOnlyList<WeightSpec> Specs { get; } = [.. Layer.WeightsOf(Inputs)];

    internal IReadOnlyList<bool> AreTrained { get; } = [.. TrainedOf(Layer, Inputs, !IsFrozen)];

    internal bool IsPartlyTrained => AreTrained.Contains(true) && AreTrained.Contains(false);

    internal static IEnumerable<bool> TrainedOf(LayerSettings layer, IReadOnlyList<Shape> inputs, bool trains)
    {
        trains &= layer.Trainable;
        return layer switch
        {
            BidirectionalSettings both => TrainedOf(both.Layer, inputs, trains)
                .Concat(TrainedOf(both.Layer with { Trainable = both.BackwardTrainable }, inputs, trains)),
            TimeDistributedSettings wrapper => TrainedOf(wrapper.Layer, [TimeDistributedSettings.StepShape(inputs[0])], trains),
            SequentialSettings or FunctionalSettings => WithShapes(layer, inputs[0])
                .SelectMany(inner => TrainedOf(inner.Layer, inner.Inputs, trains)),
            _ => layer.WeightsOf(inputs).Select(weight => trains && !IsStatistic(weight.Name)),
        };
    }

    private static bool IsStatistic(string name) =>
        name is BatchNormalizationSettings.MovingMean or BatchNormalizationSettings.MovingVariance;

    /// <summary>The layers of a model that have weights, those of models inside it included.</summary>
    internal static List<WeightHolder> Of(LayerSettings model, Shape input, string before = "", bool isFrozen = false) =>
        [.. WithShapes(model, input).SelectMany(layer => OfLayer(layer.Layer, layer.Inputs, before, isFrozen || !model.Trainable))];

    internal static List<WeightHolder> OfLayer(LayerSettings layer, IReadOnlyList<Shape> inputs, string before, bool isFrozen)
    {
        var (name, frozen) = ($"{before}{layer.Name}", isFrozen || !layer.Trainable);
        return IsModel(layer) ? Of(layer, inputs[0], $"{name}/", frozen)
            : layer.WeightsOf(inputs).Any() ? [new WeightHolder(layer, inputs, name, frozen)]
            : [];
    }

    internal static bool IsModel(LayerSettings layer) => layer is SequentialSettings or FunctionalSettings;

    /// <summary>A model's layers with the shapes that they are built for; a graph's inputs say theirs.</summary>
    internal static IEnumerable<(LayerSettings Layer, IReadOnlyList<Shape> Inputs)> WithShapes(LayerSettings model, Shape input)
    {
        if (model is FunctionalSettings graph)
        {
            foreach (var (layer, shapes) in graph.Layers.Zip(graph.LayerInputs()))
            {
                yield return (layer, shapes ?? throw new ArgumentException($"the layer '{layer.Name}' is in no call"));
            }
            yield break;
        }
        var given = input;
        foreach (var layer in model.Inner)
        {
            yield return (layer, [given]);
            given = layer.OutputShape(given, layer.Title);
        }
    }
}

/// <summary>A weight as a layer takes it, not read yet; its name has the layer's before it where the layer is known.</summary>
internal sealed record ReadyWeight(WeightSpec Spec, IReadOnlyList<StoredArray> From, Func<float[]> Read);

/// <summary>
/// Keras's arrays as the library's weights, which are laid out as Keras 2 and 3 lay them out: gates of Keras 1 are put together in their
/// order, CuDNN's matrices turned back and its two biases joined, kernels of Theano's convolutions turned round.
/// </summary>
internal sealed class WeightConversion(string file, bool isTheano)
{
    private readonly List<string> _faults = [];

    internal IReadOnlyList<string> Faults => _faults;

    internal void Fault(string fault) => _faults.Add(fault);

    /// <summary>All of a layer's weights, from all of its arrays; faults are noted.</summary>
    internal IEnumerable<ReadyWeight> Convert(WeightHolder holder, IReadOnlyList<StoredArray> arrays)
    {
        var ready = new List<ReadyWeight>();
        var left = new Queue<StoredArray>(arrays);
        Take(holder.Layer, holder.Inputs, left, ready);
        // Keras 3 writes what a stateful layer remembers behind its weights.
        while (holder.Layer is RecurrentSettings { Stateful: true } stateful && ready.Count == holder.Specs.Count
            && left.TryPeek(out var state) && state.Shape is [_, var units] && units == stateful.Units)
        {
            _ = left.Dequeue();
        }
        if (ready.Count < holder.Specs.Count || left.Count > 0)
        {
            _faults.Add($"'{holder.Name}' ({holder.Layer.KerasClass}) has the weights "
                + $"{string.Join(", ", holder.Specs.Select(spec => $"{spec.Name} {Text(spec.Shape)}"))}, and the file "
                + $"{(arrays.Count == 0 ? "none" : string.Join(", ", arrays.Select(array => $"{array.Place} {array.ShapeText}")))}");
            return [];
        }
        foreach (var (weight, spec) in ready.Zip(holder.Specs))
        {
            if (!weight.Spec.Shape.AsSpan().SequenceEqual(spec.Shape))
            {
                _faults.Add($"'{holder.Name}' ({holder.Layer.KerasClass}): {spec.Name} is of shape {Text(spec.Shape)}, and in the file "
                    + $"{string.Join(", ", weight.From.Select(array => $"{array.Place} {array.ShapeText}"))}");
            }
        }
        return ready.Zip(holder.Specs, (weight, spec) => weight with { Spec = spec with { Name = $"{holder.Name}/{spec.Name}" } });
    }

    private void Take(LayerSettings layer, IReadOnlyList<Shape> inputs, Queue<StoredArray> left, List<ReadyWeight> ready)
    {
        switch (layer)
        {
            case BidirectionalSettings both:
                Take(both.Layer, inputs, left, ready);
                Take(both.Layer, inputs, left, ready);
                return;
            case TimeDistributedSettings wrapper:
                Take(wrapper.Layer, [TimeDistributedSettings.StepShape(inputs[0])], left, ready);
                return;
            case SequentialSettings or FunctionalSettings:
                foreach (var (inner, shapes) in WeightHolder.WithShapes(layer, inputs[0]))
                {
                    Take(inner, shapes, left, ready);
                }
                return;
            case RecurrentSettings recurrent when left.TryPeek(out var first) && IsOneGate(recurrent, first):
                TakeGates(recurrent, left, ready);
                return;
            case RecurrentSettings recurrent:
                TakeRecurrent(recurrent, layer.WeightsOf(inputs), left, ready);
                return;
            default:
                foreach (var spec in layer.WeightsOf(inputs))
                {
                    if (!left.TryDequeue(out var array))
                    {
                        return;
                    }
                    ready.Add(Plain(layer, spec, array));
                }
                return;
        }
    }

    private ReadyWeight Plain(LayerSettings layer, WeightSpec spec, StoredArray array)
    {
        var shape = array.Shape;
        // Keras 1 had a row of one in the kernels of Conv1D.
        if (layer is Conv1DSettings && shape is [var size, 1, var features, var filters])
        {
            shape = [size, features, filters];
        }
        var read = array.Read;
        if (isTheano && layer is Conv1DSettings or Conv2DSettings && shape.Length > 2)
        {
            var (steps, block) = (shape[..^2].Aggregate(1L, (product, length) => product * length), shape[^1] * shape[^2]);
            read = () => Turned(array.Read(), (int)steps, (int)block);
        }
        return new ReadyWeight(spec with { Shape = shape }, [array], read);
    }

    // A convolution turned round in all its axes: the blocks from the last to the first.
    private static float[] Turned(float[] numbers, int steps, int block)
    {
        var turned = new float[numbers.Length];
        for (var i = 0; i < steps; i++)
        {
            Array.Copy(numbers, i * block, turned, (steps - 1 - i) * block, block);
        }
        return turned;
    }

    private static bool IsOneGate(RecurrentSettings layer, StoredArray first) =>
        layer.Gates > 1 && first.Shape.Length == 2 && first.Shape[1] == layer.Units;

    // Keras 1: for each gate W, U and b; an LSTM's gates in the order i, c, f, o, which is i, f, c, o since.
    private static void TakeGates(RecurrentSettings layer, Queue<StoredArray> left, List<ReadyWeight> ready)
    {
        var gates = layer.Gates;
        if (left.Count < 3 * gates)
        {
            return;
        }
        var arrays = Enumerable.Range(0, 3 * gates).Select(_ => left.Dequeue()).ToArray();
        int[] order = layer is LstmSettings ? [0, 2, 1, 3] : [0, 1, 2];
        foreach (var (name, place) in new[] { ("kernel", 0), ("recurrent_kernel", 1), ("bias", 2) })
        {
            StoredArray[] parts = [.. order.Select(gate => arrays[(3 * gate) + place])];
            var shape = parts[0].Shape;
            // Where they differ, the shape that comes out fits nothing.
            var whole = shape.Length > 0 && parts.All(part => part.Shape.AsSpan().SequenceEqual(shape))
                ? [.. shape[..^1], shape[^1] * gates]
                : Array.Empty<long>();
            ready.Add(new ReadyWeight(
                new WeightSpec(name, whole),
                parts,
                () => SideBySide([.. parts.Select(part => part.Read())], (int)shape[^1])));
        }
    }

    private static float[] SideBySide(float[][] parts, int width)
    {
        var rows = width == 0 ? 0 : parts[0].Length / width;
        var whole = new float[parts.Length * parts[0].Length];
        for (var row = 0; row < rows; row++)
        {
            for (var part = 0; part < parts.Length; part++)
            {
                Array.Copy(parts[part], row * width, whole, ((row * parts.Length) + part) * width, width);
            }
        }
        return whole;
    }

    private void TakeRecurrent(
        RecurrentSettings layer, IEnumerable<WeightSpec> specs, Queue<StoredArray> left, List<ReadyWeight> ready)
    {
        var taken = new List<(WeightSpec Spec, StoredArray Array)>();
        foreach (var spec in specs)
        {
            if (!left.TryDequeue(out var array))
            {
                return;
            }
            taken.Add((spec, array));
        }
        var (gates, units) = (layer.Gates, layer.Units);
        // Nothing but the length of the bias tells a CuDNN layer's arrays from others.
        var isCuDnn = gates > 1 && taken.Count == 3 && taken[2].Array.Shape is [var length] && length == 2L * gates * units;
        if (isCuDnn && (layer is GruSettings { ResetAfter: false } || !IsCuDnns(layer)))
        {
            _faults.Add($"'{layer.Name}' ({layer.KerasClass}): the file has the weights of a CuDNN layer ({taken[2].Array.Place} "
                + $"{taken[2].Array.ShapeText}), which has tanh, sigmoid and resetAfter, and the layer has not");
        }
        foreach (var (spec, array) in taken)
        {
            ready.Add((spec.Name, isCuDnn) switch
            {
                ("kernel", true) => new ReadyWeight(
                    spec with { Shape = array.Shape }, [array], () => Transposed(array.Read(), gates, units, isRecurrent: false)),
                ("recurrent_kernel", true) => new ReadyWeight(
                    spec with { Shape = array.Shape }, [array], () => Transposed(array.Read(), gates, units, isRecurrent: true)),
                (_, true) => new ReadyWeight(spec, [array], layer is LstmSettings ? () => Summed(array.Read()) : array.Read),
                _ => new ReadyWeight(spec with { Shape = array.Shape }, [array], array.Read),
            });
        }
    }

    private static bool IsCuDnns(RecurrentSettings layer) => layer.Activation == Activation.Tanh && layer switch
    {
        LstmSettings lstm => lstm.RecurrentActivation == Activation.Sigmoid,
        GruSettings gru => gru.RecurrentActivation == Activation.Sigmoid,
        _ => false,
    };

    // Gate by gate: a kernel's (rows, units) holds the bytes of (units, rows), a recurrent kernel is the transpose.
    private static float[] Transposed(float[] numbers, int gates, int units, bool isRecurrent)
    {
        var width = gates * units;
        var rows = numbers.Length / width;
        var turned = new float[numbers.Length];
        for (var gate = 0; gate < gates; gate++)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var unit = 0; unit < units; unit++)
                {
                    // What is at (row, unit) lies at that place of the transpose, read row by row.
                    var flat = (unit * rows) + row;
                    var (fromRow, fromUnit) = isRecurrent ? (unit, row) : (flat / units, flat % units);
                    turned[(row * width) + (gate * units) + unit] = numbers[(fromRow * width) + (gate * units) + fromUnit];
                }
            }
        }
        return turned;
    }

    private static float[] Summed(float[] halves)
    {
        var sums = new float[halves.Length / 2];
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = halves[i] + halves[sums.Length + i];
        }
        return sums;
    }

    internal void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new InvalidDataException($"{file}: its weights do not fit the model; nothing was changed. {string.Join("; ", _faults)}.");
        }
    }

    private static string Text(long[] shape) => Shape.Known(shape).ToString();
}
