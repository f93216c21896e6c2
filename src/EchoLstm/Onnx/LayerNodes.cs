using EchoLstm.Layers;

namespace EchoLstm.Onnx;

/// <summary>Each layer as nodes, told from its settings and weights alone, as the kernels are.</summary>
internal sealed class LayerNodes
{
    private readonly OnnxGraph _graph;
    private readonly OnnxWeights _weights;
    private readonly OnnxStates _states;
    private readonly MaskNodes _masks;
    private readonly RecurrentNodes _recurrent;
    private readonly AttentionNodes _attention;
    private int _streamed; // how many layers are still to come whose states the caller carries

    internal LayerNodes(OnnxGraph graph, OnnxWeights weights, MaskNodes masks, OnnxStates states, int streamed)
    {
        (_graph, _weights, _states, _masks, _streamed) = (graph, weights, states, masks, streamed);
        _recurrent = new RecurrentNodes(graph, weights, masks, states);
        _attention = new AttentionNodes(graph, weights, masks);
    }

    /// <summary>The layers of a model, one after another.</summary>
    internal OnnxValue Model(SequentialSettings model, OnnxValue x, string path, bool streams)
    {
        foreach (var layer in model.Layers)
        {
            var name = path.Length == 0 ? layer.Name! : $"{path}/{layer.Name}";
            x = layer is SequentialSettings inner ? Model(inner, x, name, streams) : Layer(layer, x, name, streams && _streamed-- > 0);
        }
        return x;
    }

    /// <summary>The calls of a graph.</summary>
    internal OnnxValue[] Graph(FunctionalSettings model, IReadOnlyList<OnnxValue> inputs, string path)
    {
        List<OnnxValue> values = [.. inputs];
        foreach (var call in model.Calls)
        {
            var layer = model.Layers[call.Layer];
            OnnxValue[] given = [.. call.Inputs.Select(place => values[place])];
            var name = path.Length == 0 ? layer.Name! : $"{path}/{layer.Name}";
            if (call.WithStates)
            {
                values.AddRange(WithStates(layer, given, name));
            }
            else if (layer is FunctionalSettings inner)
            {
                values.AddRange(Graph(inner, given, name));
            }
            else
            {
                values.Add(
                    layer is SequentialSettings row ? Model(row, given[0], name, streams: false)
                    : given is [var x] ? Layer(layer, Number(layer, x), name, streams: false)
                    : Several(layer, [.. given.Select(one => Number(layer, one))], name));
            }
        }
        return [.. model.Outputs.Select(place => values[place])];
    }

    // What an Embedding reads comes as whole numbers; others compute with floats.
    private OnnxValue Number(LayerSettings layer, OnnxValue x) => x.IsInteger && layer is not (EmbeddingSettings or TimeDistributedSettings)
        ? x with { Name = _graph.Cast(x.Name, OnnxGraph.Float), IsInteger = false }
        : x;

    private OnnxValue[] WithStates(LayerSettings layer, OnnxValue[] given, string path)
    {
        _graph.Begin(path);
        var x = given[0];
        string[]? before = given.Length == 1 ? null : [.. given.Skip(1).Select(state => state.Name)];
        var one = layer as RecurrentSettings ?? ((BidirectionalSettings)layer).Layer as RecurrentSettings;
        var (output, after) = layer is BidirectionalSettings both ? _recurrent.Both(both, one!, x, path, before)
            : _recurrent.From(one!, x, path, before);
        return
        [
            new(output, layer.OutputShape(x.Shape, layer.Title), _recurrent.OutputMask(one!, x.Mask)),
            .. after.Zip(layer.StatesOf(x.Shape), (name, shape) => new OnnxValue(name, shape, null)),
        ];
    }

    private OnnxValue Several(LayerSettings layer, OnnxValue[] given, string path)
    {
        _graph.Begin(path);
        return layer switch
        {
            MergeSettings merge => new MergeNodes(_graph, _masks).Layer(merge, given),
            AttentionLayerSettings attention => _attention.Layer(attention, given, path),
            _ => throw OnnxExport.Refused(layer, "takes several inputs, which has no form in ONNX here", "Make it of other layers"),
        };
    }

    private OnnxValue Layer(LayerSettings layer, OnnxValue x, string path, bool streams)
    {
        _graph.Begin(path);
        var shape = layer.OutputShape(x.Shape, layer.Title);
        switch (layer)
        {
            case RecurrentSettings recurrent:
                return new(_recurrent.Layer(recurrent, x, path, streams), shape, _recurrent.OutputMask(recurrent, x.Mask));
            case BidirectionalSettings { Layer: RecurrentSettings one } both:
                return new(_recurrent.Both(both, one, x, path, null).Output, shape, _recurrent.OutputMask(one, x.Mask));
            case SequentialSettings model:
                return Model(model, x, path, streams: false);
            case FunctionalSettings graph:
                return Graph(graph, [x], path)[0];
            case TimeDistributedSettings each:
                return EachStep(each, x, path) with { Shape = shape };
            case MaskingSettings masking:
                return Masking(masking, x);
            case EmbeddingSettings embedding:
                return Embedding(embedding, x, path) with { Shape = shape };
            case GlobalPooling1DSettings pooling:
                return new(GlobalPooling(pooling, x), shape, null);
            case RepeatVectorSettings repeat:
                return new(_graph.Main("Expand", [_graph.Unsqueeze(x.Name, 1), _graph.Integers(1, repeat.N, 1)]), shape, null);
            case AttentionDecoderSettings decoder:
                return new(Decoder(decoder, x, path), shape, null);
            case AttentionLayerSettings attention:
                return _attention.Layer(attention, [x], path);
            default:
                return EndsMask(layer) is { } reason
                    ? new(Whole(layer, x.Mask is null ? x : throw MaskEnds(layer, reason), path, streams), shape, null)
                    : x with { Name = Rows(layer, x, path), Shape = shape };
        }
    }

    // Layers that do the same to every row of features; a mask passes through.
    private string Rows(LayerSettings layer, OnnxValue x, string path) => layer switch
    {
        DropoutSettings or SpatialDropout1DSettings or GaussianNoiseSettings => x.Name,
        DenseSettings dense => Dense(dense.Units, dense.Activation, x, path),
        ActivationSettings activation => ActivationNodes.Apply(_graph, activation.Activation, x.Name),
        LeakyReluSettings leaky => _graph.Main("LeakyRelu", [x.Name], ("alpha", (float)leaky.NegativeSlope)),
        EluSettings elu => _graph.Main("Elu", [x.Name], ("alpha", (float)elu.Alpha)),
        PReluSettings prelu => _graph.Main(
            "PRelu",
            [x.Name, _graph.Floats($"{path}/alpha", _weights[$"{path}/alpha"], [.. prelu.Weights(x.Shape).Single().Shape])]),
        LayerNormalizationSettings normalization => LayerNormalization(normalization, x, path),
        BatchNormalizationSettings normalization => BatchNormalization(normalization, x, path),
        _ => throw OnnxExport.Refused(layer, "has no form in ONNX here", "Leave it out, or make it of other layers"),
    };

    // Layers whose output has other steps, or none: why they can't take a mask; null for the others.
    private static string? EndsMask(LayerSettings layer) => layer switch
    {
        FlattenSettings or GlobalPooling2DSettings => "its output has no time steps",
        ReshapeSettings => "its output may have other time steps",
        StepEditSettings => "its output has other time steps",
        Conv1DSettings or MaxPooling1DSettings or AveragePooling1DSettings or Conv2DSettings or Pooling2DSettings =>
            "a window may hold both masked steps and others",
        _ => null,
    };

    private static InvalidOperationException MaskEnds(LayerSettings layer, string reason) => OnnxExport.Refused(
        layer,
        $"would receive masked time steps but can't leave them out: {reason}",
        "Put it before the Masking, do without the mask, or end the sequence first with a recurrent layer that returns its last step "
            + "alone");

    private string Whole(LayerSettings layer, OnnxValue x, string path, bool streams) => layer switch
    {
        FlattenSettings => _graph.Main("Reshape", [x.Name, _graph.Integers(0, -1)]),
        ReshapeSettings reshape => Reshape(reshape, x),
        UpSampling1DSettings up => UpSampling(up, x),
        ZeroPadding1DSettings zeros =>
            _graph.Main("Pad", [x.Name, _graph.Integers(0, zeros.Ends.Before, 0, 0, zeros.Ends.After, 0)]),
        Cropping1DSettings cut => _graph.Main("Slice", [
            x.Name,
            _graph.Integers(cut.Ends.Before),
            _graph.Integers(cut.Ends.After == 0 ? long.MaxValue : -cut.Ends.After),
            _graph.Integers(1),
        ]),
        Conv1DSettings convolution => Convolution(convolution, x, path, streams),
        Conv2DSettings convolution => Convolution(convolution, x, path),
        MaxPooling1DSettings p => Windows("MaxPool", x.Name, [], [p.PoolSize], [p.Strides], p.Padding),
        AveragePooling1DSettings p => Windows("AveragePool", x.Name, [], [p.PoolSize], [p.Strides], p.Padding),
        Pooling2DSettings p => Windows(p is MaxPooling2DSettings ? "MaxPool" : "AveragePool", x.Name, [], p.PoolSize, p.Strides, p.Padding),
        GlobalPooling2DSettings p =>
            _graph.MainReduce(p is GlobalMaxPooling2DSettings ? "ReduceMax" : "ReduceMean", x.Name, p.Keepdims, 1, 2),
        _ => throw new ArgumentException($"{layer.Title} is not of these.", nameof(layer)),
    };

    private OnnxValue Masking(MaskingSettings masking, OnnxValue x)
    {
        var differs = _graph.Op("Not", [_graph.Op("Equal", [x.Name, _graph.Number((float)masking.MaskValue)])]);
        var mask = _masks.Both(new OnnxMask(_masks.Any(differs, keep: false, -1), x.Shape.Rank - 1), x.Mask);
        var used = _graph.Unsqueeze(mask.Name, mask.Rank);
        return x with { Name = _graph.Main("Where", [used, x.Name, _graph.Number(0)]), Mask = mask };
    }

    private OnnxValue Embedding(EmbeddingSettings embedding, OnnxValue x, string path)
    {
        // A model's first layer reads whole numbers; behind other layers they come as floats, and are whole.
        var indices = _graph.Cast(x.Name, OnnxGraph.Int64);
        var table = _graph.Floats($"{path}/embeddings", _weights[$"{path}/embeddings"], embedding.InputDim, embedding.OutputDim);
        var mask = !embedding.MaskZero ? x.Mask : _masks.Both(
            new OnnxMask(_graph.Op("Not", [_graph.Op("Equal", [indices, _graph.Integer(0)])]), x.Shape.Rank), x.Mask);
        return x with { Name = _graph.Main("Gather", [table, indices], ("axis", 0L)), Mask = mask, IsInteger = false };
    }

    private OnnxValue EachStep(TimeDistributedSettings each, OnnxValue x, string path)
    {
        if (each.Layer is DenseSettings or DropoutSettings or SpatialDropout1DSettings or GaussianNoiseSettings or ActivationSettings
            or LeakyReluSettings or EluSettings or NormalizationSettings)
        {
            return x with { Name = Rows(each.Layer, x, path) };
        }
        // All steps of all samples are one batch for what is inside.
        var folded = new OnnxValue(
            Folded(x.Name), TimeDistributedSettings.StepShape(x.Shape), x.Mask is { Rank: > 2 } given
                ? new OnnxMask(Folded(given.Name), given.Rank - 1)
                : null);
        var inner = Layer(each.Layer, folded, path, streams: false);
        _graph.Begin($"{path}/steps");
        var steps = x.Mask is { } outer ? _masks.OfSteps(outer) : null;
        if (inner.Mask is { } own)
        {
            steps = _masks.Both(new OnnxMask(Unfolded(own.Name, x.Name), own.Rank + 1), steps);
        }
        return inner with { Name = Unfolded(inner.Name, x.Name), Mask = steps };

        string Folded(string value) =>
            _graph.Op("Reshape", [value, _graph.Op("Concat", [_graph.Integers(-1), _graph.Lengths(value, 2)], ("axis", 0L))]);

        string Unfolded(string value, string like) => _graph.Op(
            "Reshape", [value, _graph.Op("Concat", [_graph.Lengths(like, 0, 2), _graph.Lengths(value, 1)], ("axis", 0L))]);
    }

    private string Dense(int units, Activation activation, OnnxValue x, string path)
    {
        var kernel = _weights[$"{path}/kernel"];
        var y = _graph.Main("MatMul", [x.Name, _graph.Floats($"{path}/kernel", kernel, kernel.Length / units, units)]);
        return ActivationNodes.Apply(_graph, activation, WithBias(y, path));
    }

    private string WithBias(string y, string path) =>
        _weights.Find($"{path}/bias") is { } bias ? _graph.Op("Add", [y, _graph.Floats($"{path}/bias", bias, bias.Length)]) : y;

    // By plain operators: LayerNormalization came with opset 17.
    private string LayerNormalization(LayerNormalizationSettings layer, OnnxValue x, string path)
    {
        var differences = _graph.Op("Sub", [x.Name, _graph.Reduce("ReduceMean", x.Name, keep: true, -1)]);
        var variance = _graph.Reduce("ReduceMean", _graph.Op("Mul", [differences, differences]), keep: true, -1);
        var spread = _graph.Op("Sqrt", [_graph.Op("Add", [variance, _graph.Number((float)layer.Epsilon)])]);
        var y = _graph.Main("Div", [differences, spread]);
        foreach (var (name, type) in new[] { ("gamma", "Mul"), ("beta", "Add") })
        {
            if (_weights.Find($"{path}/{name}") is { } values)
            {
                y = _graph.Op(type, [y, _graph.Floats($"{path}/{name}", values, values.Length)]);
            }
        }
        return y;
    }

    private string BatchNormalization(BatchNormalizationSettings layer, OnnxValue x, string path)
    {
        var mean = _weights[$"{path}/{BatchNormalizationSettings.MovingMean}"];
        var variance = _weights[$"{path}/{BatchNormalizationSettings.MovingVariance}"];
        var (gamma, beta) = (_weights.Find($"{path}/gamma"), _weights.Find($"{path}/beta"));
        double[] factors = [.. variance.Select((value, i) => (gamma?[i] ?? 1) / Math.Sqrt(value + layer.Epsilon))];
        float[] shifts = [.. factors.Select((factor, i) => (float)((beta?[i] ?? 0) - (mean[i] * factor)))];
        var scaled = _graph.Main(
            "Mul", [x.Name, _graph.Floats($"{path}/scale", [.. factors.Select(factor => (float)factor)], factors.Length)]);
        return _graph.Op("Add", [scaled, _graph.Floats($"{path}/shift", shifts, shifts.Length)]);
    }

    private string GlobalPooling(GlobalPooling1DSettings layer, OnnxValue x)
    {
        var takesLargest = layer is GlobalMaxPooling1DSettings;
        if (x.Mask is not { } mask)
        {
            return _graph.MainReduce(takesLargest ? "ReduceMax" : "ReduceMean", x.Name, layer.Keepdims, 1);
        }
        var zero = _graph.Number(0);
        var used = _graph.Unsqueeze(mask.Name, 2);
        if (!takesLargest)
        {
            var sum = _graph.Reduce("ReduceSum", _graph.Op("Where", [used, x.Name, zero]), layer.Keepdims, 1);
            var count = _graph.Reduce("ReduceSum", _graph.Cast(used, OnnxGraph.Float), layer.Keepdims, 1);
            return _graph.Main("Div", [sum, _graph.Op("Max", [count, _graph.Number(1)])]);
        }
        var kept = _graph.Op("Where", [used, x.Name, _graph.Number(float.NegativeInfinity)]);
        var largest = _graph.Reduce("ReduceMax", kept, layer.Keepdims, 1);
        return _graph.Main("Where", [_masks.Any(used, layer.Keepdims, 1), largest, zero]);
    }

    private string Reshape(ReshapeSettings layer, OnnxValue x)
    {
        var isOpen = x.Shape.Skip(1).Any(length => length is null);
        return isOpen && !layer.TargetShape.Contains(-1)
            ? throw new ShapeMismatchException(
                $"{layer.Title} makes samples of shape ({string.Join(", ", layer.TargetShape)}), which it can't of {x.Shape}, whose "
                    + "lengths are not all known: set FixedSteps.",
                "lengths that are known",
                x.Shape.ToString())
            : _graph.Main("Reshape", [x.Name, _graph.Integers([0, .. layer.TargetShape])]);
    }

    private string UpSampling(UpSampling1DSettings layer, OnnxValue x)
    {
        var size = _graph.Integer(layer.Size);
        var count = _graph.Op("Gather", [_graph.Op("Shape", [x.Name]), _graph.Integer(1)]);
        var steps = _graph.Op("Range", [_graph.Integer(0), _graph.Op("Mul", [count, size]), _graph.Integer(1)]);
        return _graph.Main("Gather", [x.Name, _graph.Op("Div", [steps, size])], ("axis", 1L));
    }

    private string Convolution(Conv1DSettings layer, OnnxValue x, string path, bool streams)
    {
        var features = x.Shape.Last!.Value;
        var kernel = OnnxWeights.Filters(_weights[$"{path}/kernel"], features, layer.Filters);
        var (steps, padding) = (x.Name, layer.Padding);
        if (streams && layer.KernelSize > 1)
        {
            // The steps before come from the caller instead of zeros.
            var before = layer.KernelSize - 1L;
            steps = _graph.Op("Concat", [_states.In(path, "x", before, features), steps], ("axis", 1L));
            var last = _graph.Op("Slice", [steps, _graph.Integers(-before), _graph.Integers(long.MaxValue), _graph.Integers(1)]);
            _states.Out(path, "x", last, before, features);
            padding = StepPadding.Valid;
        }
        var filters = _graph.Floats($"{path}/kernel", kernel, layer.Filters, features, layer.KernelSize);
        var y = Windows("Conv", steps, [filters], [layer.KernelSize], [layer.Strides], padding);
        return ActivationNodes.Apply(_graph, layer.Activation, WithBias(y, path));
    }

    private string Convolution(Conv2DSettings layer, OnnxValue x, string path)
    {
        var features = x.Shape.Last!.Value;
        var kernel = OnnxWeights.Filters(_weights[$"{path}/kernel"], features, layer.Filters);
        var filters = _graph.Floats($"{path}/kernel", kernel, layer.Filters, features, layer.KernelSize[0], layer.KernelSize[1]);
        var y = Windows("Conv", x.Name, [filters], layer.KernelSize, layer.Strides, layer.Padding);
        return ActivationNodes.Apply(_graph, layer.Activation, WithBias(y, path));
    }

    // ONNX has the features before the steps, or before height and width.
    private string Windows(
        string type, string x, string[] more, IReadOnlyList<int> size, IReadOnlyList<int> strides, StepPadding padding)
    {
        (long[] inside, long[] outside) = size.Count == 1 ? (new long[] { 0, 2, 1 }, new long[] { 0, 2, 1 }) : ([0, 3, 1, 2], [0, 2, 3, 1]);
        (string, object) around = padding switch
        {
            StepPadding.Same => ("auto_pad", "SAME_UPPER"),
            StepPadding.Causal => ("pads", new[] { size[0] - 1L, 0 }),
            _ => ("auto_pad", "VALID"),
        };
        var y = _graph.Main(
            type, [_graph.Transpose(x, inside), .. more], ("kernel_shape", Longs(size)), ("strides", Longs(strides)), around);
        return _graph.Transpose(y, outside);

        static long[] Longs(IReadOnlyList<int> numbers) => [.. numbers.Select(number => (long)number)];
    }

    // As many steps as the layer makes, one after the other.
    private string Decoder(AttentionDecoderSettings layer, OnnxValue x, string path)
    {
        var lstm = new LstmSettings { Units = layer.Units, Name = layer.Name };
        var (type, attributes) = RecurrentNodes.Operator(lstm, backwards: false);
        var cell = _recurrent.Cell(lstm, $"{path}/lstm");
        var scale = _attention.Scale($"{path}/attention");
        var question = _graph.Floats($"{path}/query/kernel", _weights[$"{path}/query/kernel"], layer.Units, layer.Units);
        var keyKernel = _weights[$"{path}/key/kernel"];
        var keys = WithBias(
            _graph.Op("MatMul", [x.Name, _graph.Floats($"{path}/key/kernel", keyKernel, keyKernel.Length / layer.Units, layer.Units)]),
            $"{path}/key");
        var shape = _graph.Op("Concat", [_graph.Integers(1), _graph.Lengths(x.Name, 0, 1), _graph.Integers(layer.Units)], ("axis", 0L));
        var h = _graph.Op("Expand", [_graph.Number(0), shape]);
        var c = h;
        var outputs = new string[layer.Steps];
        for (var i = 0; i < layer.Steps; i++)
        {
            var query = _graph.Op("MatMul", [_graph.Transpose(h, 1, 0, 2), question]);
            var context = _graph.Op("MatMul", [_attention.Looks(query, keys, x.Mask, scale), x.Name]);
            var after = _graph.Mains(type, [_graph.Transpose(context, 1, 0, 2), .. cell, "", h, c], 3, attributes);
            (h, c) = (after[1], after[2]);
            outputs[i] = h;
        }
        return _graph.Transpose(_graph.Op("Concat", outputs, ("axis", 0L)), 1, 0, 2);
    }
}
