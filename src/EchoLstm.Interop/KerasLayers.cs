using System.Text.Json;
using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>
/// Keras's layers as the library's settings: each class with the keys that it has had from Keras 1.0 to 3, no others. What only concerns
/// training and can't be kept is noted, and the model then comes uncompiled.
/// </summary>
internal sealed class KerasLayers(KerasVersion version, List<string> obstacles)
{
    // Wrappers and models inside each other, deeper than any that makes sense.
    private const int Deepest = 16;

    private readonly Dictionary<LayerSettings, LayerNote> _notes = new(ReferenceEqualityComparer.Instance);

    // Whether the recurrent layer that is read is in a Bidirectional, which then says what is at masked steps.
    private bool _isInBidirectional;

    // What is found of the layer that is read, beside its settings.
    private Found _found = new();

    /// <summary>Where masked steps go among the layers that were read.</summary>
    internal KerasMasks Masks => new(_notes);

    /// <summary>What of a layer that was read its settings do not say.</summary>
    internal LayerNote NoteOf(LayerSettings layer) => _notes[layer];

    internal void Renamed(LayerSettings layer, LayerSettings record) => _notes[record] = _notes[layer];

    internal bool IsKeras3 => version.IsKeras3;

    /// <summary>A layer's class and configuration as settings; null for one that computes nothing (InputLayer).</summary>
    /// <param name="layer">The object with <c>class_name</c> and <c>config</c>.</param>
    /// <param name="rank">How many axes its input has, samples included.</param>
    /// <param name="depth">How many layers it is in.</param>
    internal LayerSettings? Read(KerasPart layer, int? rank, int depth = 0)
    {
        var kind = layer.Text("class_name") ?? throw layer.Lacks("class_name");
        var plain = kind[(kind.LastIndexOf('>') + 1)..];
        var named = layer.NeededPart("config", layer.Place);
        var name = named.Text("name") ?? layer.Text("name");
        var place = $"{layer.Place}{(name is null ? "" : $" '{name}'")} ({plain})";
        var part = layer.NeededPart("config", place);
        if (depth > Deepest)
        {
            throw part.Unread("it is in more layers than are read");
        }
        RefuseOwnClasses(layer, kind);
        layer.Skip("module", "registered_name", "build_config", "name", "inbound_nodes", "shared_object_id", "compile_config");
        layer.RefuseOthers();
        part.Skip("name", "trainable", "batch_input_shape", "batch_shape", "input_dtype", "input_shape");
        if (plain == "InputLayer")
        {
            // Of what type numbers come in changes none of them.
            part.Skip("dtype");
        }
        CheckType(part);
        if (part.Has("activity_regularizer"))
        {
            obstacles.Add($"{place} has an activity regulariser");
        }
        part.Skip("activity_regularizer");
        var outer = _found;
        var found = _found = new Found();
        var settings = Make(plain, part, rank, depth);
        _found = outer;
        part.RefuseOthers();
        if (settings is null)
        {
            return null;
        }
        settings = settings with { Name = name, Trainable = part.Flag("trainable") ?? true };
        var ends = version.EndsMasks && settings is RecurrentSettings or BidirectionalSettings or TimeDistributedSettings;
        _notes[settings] = new LayerNote(
            part, found.OtherAtMasked, ends ? $"in {version} {place} ends masks" : null, found.ReturnsState, found.Calls);
        return settings;
    }

    /// <summary>Throws where a class is the author's own, whatever it is called.</summary>
    internal static void RefuseOwnClasses(KerasPart part, string kind)
    {
        var module = part.Text("module") ?? "keras";
        var registered = part.Text("registered_name") ?? "";
        if (kind.Contains('>', StringComparison.Ordinal) || registered.Contains('>', StringComparison.Ordinal)
            || !(module == "keras" || module.StartsWith("keras.", StringComparison.Ordinal)
                || module.StartsWith("tensorflow.", StringComparison.Ordinal) || module.StartsWith("tf_keras.", StringComparison.Ordinal)))
        {
            throw part.Unread($"the class '{(registered.Length > 0 ? registered : kind)}' of '{module}' is code of the file's author");
        }
    }

    /// <summary>Throws where masked steps that are something else in Keras are what the model returns; where a mask comes to the loss here
    /// and not there, the model can't go on training.</summary>
    internal void End(KerasPart model, MaskedSteps output)
    {
        if (output.Ended is { } ended)
        {
            obstacles.Add(ended);
        }
        if (output.Other is { } other)
        {
            throw model.Unread($"it returns masked steps: {other}");
        }
    }

    private static void CheckType(KerasPart part)
    {
        if (part.Knows("dtype") || part.Find("dtype") is not { } type)
        {
            return;
        }
        var name = type;
        if (type.ValueKind == JsonValueKind.Object)
        {
            var policy = new KerasPart(type, part.File, $"{part.Place}, dtype");
            name = policy.NeededPart("config", policy.Place).Find("name") ?? throw policy.Lacks("name");
        }
        if (name.ValueKind != JsonValueKind.String || name.GetRawText() is not ("\"float32\"" or "\"int32\"" or "\"int64\""))
        {
            throw part.Unread($"its 'dtype' is {KerasPart.Words(name)}, and only float32 is read");
        }
    }

    private LayerSettings? Make(string kind, KerasPart part, int? rank, int depth)
    {
        switch (kind)
        {
            case "InputLayer":
                part.MustBeFalse("sparse");
                part.MustBeFalse("ragged");
                part.Skip("optional");
                return null;
            case "LSTM":
                return Recurrent(part, new LstmSettings { Units = Units(part) }) with
                {
                    RecurrentActivation = Function(part, "recurrent_activation", "inner_activation"),
                    UnitForgetBias = ForgetBias(part),
                };
            case "GRU":
                return Recurrent(part, new GruSettings { Units = Units(part) }) with
                {
                    RecurrentActivation = Function(part, "recurrent_activation", "inner_activation"),
                    // Until it was a setting, the reset gate came before the product.
                    ResetAfter = part.Flag("reset_after") ?? false,
                };
            case "SimpleRNN":
                return Recurrent(part, new SimpleRnnSettings { Units = Units(part) });
            case "CuDNNLSTM":
                return Recurrent(part, new LstmSettings { Units = Units(part) }, isCuDnn: true) with { UnitForgetBias = ForgetBias(part) };
            case "CuDNNGRU":
                return Recurrent(part, new GruSettings { Units = Units(part), ResetAfter = true }, isCuDnn: true);
            case "Bidirectional":
                return Bidirectional(part, depth);
            case "TimeDistributed":
                part.Skip("input_dim", "input_length");
                return new TimeDistributedSettings { Layer = Inner(part, "layer", rank - 1, depth) };
            case "TimeDistributedDense":
                return new TimeDistributedSettings { Layer = Dense(part) };
            case "Dense":
                return Dense(part);
            case "Embedding":
                Initial(part, "embeddings_initializer", "init");
                Constraint(part, "embeddings_constraint", "W_constraint");
                part.Skip("input_length", "weights");
                part.MustBeFalse("sparse");
                if (part.Number("dropout") is > 0)
                {
                    obstacles.Add($"{part.Place} drops words");
                }
                return new EmbeddingSettings
                {
                    InputDim = part.NeededCount("input_dim"),
                    OutputDim = part.NeededCount("output_dim"),
                    MaskZero = part.Flag("mask_zero") ?? false,
                    EmbeddingsRegularizer = Penalty(part, "embeddings_regularizer", "W_regularizer"),
                };
            case "Conv1D" or "Convolution1D":
                return Conv1D(part);
            case "Conv2D" or "Convolution2D":
                return Conv2D(part);
            case "MaxPooling1D":
                var (size, strides) = Windows1D(part);
                return new MaxPooling1DSettings { PoolSize = size, Strides = strides, Padding = Padding(part) };
            case "AveragePooling1D":
                (size, strides) = Windows1D(part);
                return new AveragePooling1DSettings { PoolSize = size, Strides = strides, Padding = Padding(part) };
            case "MaxPooling2D":
                var (sizes, steps) = Windows2D(part);
                return new MaxPooling2DSettings { PoolSize = sizes, Strides = steps, Padding = Padding(part) };
            case "AveragePooling2D":
                (sizes, steps) = Windows2D(part);
                return new AveragePooling2DSettings { PoolSize = sizes, Strides = steps, Padding = Padding(part) };
            case "GlobalMaxPooling1D":
                return new GlobalMaxPooling1DSettings { Keepdims = Keepdims(part) };
            case "GlobalAveragePooling1D":
                return new GlobalAveragePooling1DSettings { Keepdims = Keepdims(part) };
            case "GlobalMaxPooling2D":
                return new GlobalMaxPooling2DSettings { Keepdims = Keepdims(part) };
            case "GlobalAveragePooling2D":
                return new GlobalAveragePooling2DSettings { Keepdims = Keepdims(part) };
            case "UpSampling1D":
                return new UpSampling1DSettings { Size = part.NeededCount("size", "length") };
            case "ZeroPadding1D":
                ChannelsLast(part);
                return new ZeroPadding1DSettings { Padding = BeforeAndAfter(part, "padding") };
            case "Cropping1D":
                return new Cropping1DSettings { Cropping = BeforeAndAfter(part, "cropping") };
            case "RepeatVector":
                return new RepeatVectorSettings { N = part.NeededCount("n") };
            case "Reshape":
                return Reshape(part);
            case "Flatten":
                ChannelsLast(part);
                return new FlattenSettings();
            case "Permute":
                return Permute(part);
            case "Masking":
                return new MaskingSettings { MaskValue = part.NeededNumber("mask_value") };
            case "Dropout":
                part.Skip("seed");
                if (part.Has("noise_shape"))
                {
                    obstacles.Add($"{part.Place} drops by a noise_shape");
                }
                part.Skip("noise_shape");
                return new DropoutSettings { Rate = part.NeededNumber("rate", "p") };
            case "SpatialDropout1D":
                part.Skip("seed", "noise_shape", "data_format");
                return new SpatialDropout1DSettings { Rate = part.NeededNumber("rate", "p") };
            case "GaussianNoise":
                part.Skip("seed");
                return new GaussianNoiseSettings { Stddev = part.NeededNumber("stddev", "sigma") };
            case "GaussianDropout" or "AlphaDropout" or "SpatialDropout2D" or "SpatialDropout3D" or "ActivityRegularization":
                part.Skip("rate", "p", "seed", "noise_shape", "data_format", "dim_ordering", "l1", "l2");
                // They act in training alone.
                obstacles.Add($"{part.Place} is a layer that the library does not have");
                return new ActivationSettings { Activation = Activation.Linear };
            case "Activation":
                return new ActivationSettings { Activation = Function(part, "activation") };
            case "Softmax":
                LastAxis(part, rank);
                return new ActivationSettings { Activation = Activation.Softmax };
            case "ReLU":
                return Relu(part);
            case "LeakyReLU":
                return new LeakyReluSettings { NegativeSlope = part.NeededNumber("negative_slope", "alpha") };
            case "ELU":
                return new EluSettings { Alpha = part.NeededNumber("alpha") };
            case "PReLU":
                Initial(part, "alpha_initializer", "init");
                Constraint(part, "alpha_constraint");
                part.Skip("weights");
                return new PReluSettings
                {
                    SharedAxes = [.. (part.Items("shared_axes") ?? []).Select(axis => axis.TryGetInt32Safely() ?? throw part.Wrong(
                        "'shared_axes' has what is no whole number"))],
                    AlphaRegularizer = Penalty(part, "alpha_regularizer"),
                };
            case "LayerNormalization":
                LastAxis(part, rank);
                part.MustBeFalse("rms_scaling");
                return Normalization(part, new LayerNormalizationSettings());
            case "BatchNormalization":
                return BatchNormalization(part, rank);
            case "Concatenate":
                return new ConcatenateSettings { Axis = part.NeededCount("axis") };
            case "Add":
                return new AddSettings();
            case "Subtract":
                return new SubtractSettings();
            case "Multiply":
                return new MultiplySettings();
            case "Average":
                return new AverageSettings();
            case "Maximum":
                return new MaximumSettings();
            case "Minimum":
                return new MinimumSettings();
            case "Dot":
                var axes = part.Counts(2, "axes") ?? throw part.Lacks("axes");
                return new DotSettings { FirstAxis = axes[0], SecondAxis = axes[1], Normalize = part.Flag("normalize") ?? false };
            case "Merge":
                return OldMerge(part);
            case "AdditiveAttention":
                part.Skip("seed");
                part.MustBeFalse("causal");
                if (part.Number("dropout") is > 0)
                {
                    obstacles.Add($"{part.Place} drops weights of attention");
                }
                return new AdditiveAttentionSettings { UseScale = part.Flag("use_scale") ?? true };
            case "Attention":
                part.Skip("seed");
                return new AttentionSettings
                {
                    UseScale = part.Flag("use_scale") ?? false,
                    ScoreMode = part.Text("score_mode") switch
                    {
                        null or "dot" => ScoreMode.Dot,
                        "concat" => ScoreMode.Concat,
                        var mode => throw part.Unread($"'score_mode' is '{mode}', which the library does not have"),
                    },
                    Dropout = part.Number("dropout") ?? 0,
                    // Later it was an argument of the call.
                    UseCausalMask = part.Flag("causal") ?? false,
                };
            case "MultiHeadAttention":
                return Heads(part);
            case "Sequential":
                return Model(part, rank, depth);
            case "Model" or "Functional":
                return Graph(part, depth);
            case "Lambda":
                throw part.Unread("a Lambda layer is Python code, which is never run");
            default:
                throw part.Unread($"the library has no layer '{kind}'");
        }
    }

    // Keras 1's one layer for all that were layers of their own later.
    private static MergeSettings OldMerge(KerasPart part)
    {
        part.Skip("output_shape_type", "output_mask_type", "node_indices", "tensor_indices");
        foreach (var key in (ReadOnlySpan<string>)["output_shape", "output_mask"])
        {
            part.MustBe(key, _ => false, "null");
        }
        part.MustBe("mode_type", type => type.ValueEquals("raw"), "raw");
        part.MustBe("arguments", given => given.ValueKind == JsonValueKind.Object && !given.EnumerateObject().Any(), "an empty object");
        var axis = part.Count("concat_axis") ?? -1;
        var axes = part.Counts(2, "dot_axes") ?? [-1, -1];
        return part.Text("mode") switch
        {
            "sum" => new AddSettings(),
            "mul" => new MultiplySettings(),
            "ave" => new AverageSettings(),
            "max" => new MaximumSettings(),
            "concat" => new ConcatenateSettings { Axis = axis },
            "dot" => new DotSettings { FirstAxis = axes[0], SecondAxis = axes[1] },
            var mode => throw part.Unread($"its 'mode' is '{mode}', and sum, mul, ave, max, concat and dot are read"),
        };
    }

    private SequentialSettings Model(KerasPart part, int? rank, int depth)
    {
        part.Skip("build_input_shape");
        var layers = new List<LayerSettings>();
        foreach (var (item, i) in (part.Items("layers") ?? throw part.Lacks("layers")).Select((item, i) => (item, i)))
        {
            // What the ranks inside are is known once the model is whole; axes are then counted from the end alone.
            var inner = new KerasPart(item, part.File, KerasNetwork.LayerPlace($"{part.Place}, ", i));
            if (Read(inner, i == 0 ? rank : null, depth + 1) is { } layer)
            {
                layers.Add(layer);
            }
        }
        _found.Calls = layers.Sum(layer => NoteOf(layer).Calls);
        return new SequentialSettings { Layers = layers };
    }

    private FunctionalSettings Graph(KerasPart part, int depth)
    {
        var graph = KerasGraph.Read(part, this, $"{part.Place}, ", depth + 1);
        _found.Calls = graph.Count;
        return graph.Settings;
    }

    private LayerSettings Inner(KerasPart part, string key, int? rank, int depth)
    {
        var inner = part.NeededPart(key, $"{part.Place}, its layer");
        var layer = Read(inner, rank, depth + 1) ?? throw inner.Unread("an InputLayer can't be wrapped");
        _found.Calls = NoteOf(layer).Calls;
        return layer;
    }

    private BidirectionalSettings Bidirectional(KerasPart part, int depth)
    {
        _isInBidirectional = true;
        var forward = Inner(part, "layer", 3, depth) as RecurrentSettings ?? throw part.Unread("its 'layer' is not LSTM, GRU or SimpleRNN");
        var mode = part.Text("merge_mode") switch
        {
            "concat" => MergeMode.Concat,
            "sum" => MergeMode.Sum,
            "mul" => MergeMode.Mul,
            "ave" => MergeMode.Ave,
            null => throw part.Unread("its 'merge_mode' is null, which has two outputs"),
            var other => throw part.Unread($"its 'merge_mode' is '{other}', and concat, sum, mul and ave are read"),
        };
        var backwardTrainable = forward.Trainable;
        if (part.Has("backward_layer"))
        {
            var backward = Inner(part, "backward_layer", 3, depth) as RecurrentSettings
                ?? throw part.Unread("its 'backward_layer' is not LSTM, GRU or SimpleRNN");
            backwardTrainable = backward.Trainable;
            // It is its layer turned round; it says go_backwards, which does not turn it once more.
            var twin = forward with { Name = backward.Name, GoBackwards = !forward.GoBackwards, Trainable = backward.Trainable };
            if (Alike(twin) != Alike(backward))
            {
                throw part.Unread("its 'backward_layer' has other settings than its 'layer'");
            }
        }
        _isInBidirectional = false;
        _found.ReturnsState = NoteOf(forward).ReturnsState;
        if (forward.ReturnSequences && !version.ZeroesMaskedInBidirectional)
        {
            _found.OtherAtMasked = $"{part.Place} repeats the output before there in {version}, and is zero here";
        }
        part.Skip("backward_layer", "weights");
        return new BidirectionalSettings { Layer = forward, MergeMode = mode, BackwardTrainable = backwardTrainable };
    }

    // Penalties are objects without values of their own; they may differ, since they only train.
    private static RecurrentSettings Alike(RecurrentSettings layer)
    {
        var without = layer with { KernelRegularizer = null, RecurrentRegularizer = null, BiasRegularizer = null };
        return without is LstmSettings lstm ? lstm with { UnitForgetBias = true } : without;
    }

    private static int Units(KerasPart part) => part.NeededCount("units", "output_dim");

    private static bool ForgetBias(KerasPart part)
    {
        part.Skip("forget_bias_init");
        return part.Flag("unit_forget_bias") ?? true;
    }

    private T Recurrent<T>(KerasPart part, T layer, bool isCuDnn = false)
        where T : RecurrentSettings
    {
        Initial(part, "kernel_initializer", "recurrent_initializer", "bias_initializer", "init", "inner_init");
        Constraint(part, "kernel_constraint", "recurrent_constraint", "bias_constraint");
        part.Skip("unroll", "implementation", "consume_less", "input_dim", "input_length", "weights", "seed", "use_cudnn");
        part.MustBeFalse("time_major");
        _found.ReturnsState = part.Flag("return_state") ?? false;
        var sequences = part.Flag("return_sequences") ?? false;
        if (part.Flag("zero_output_for_mask") == true && sequences && !_isInBidirectional)
        {
            _found.OtherAtMasked = $"{part.Place} gives zeros there (zero_output_for_mask), and here the output before";
        }
        return layer with
        {
            ReturnSequences = sequences,
            Stateful = part.Flag("stateful") ?? false,
            GoBackwards = part.Flag("go_backwards") ?? false,
            Dropout = isCuDnn ? 0 : part.Number("dropout", "dropout_W") ?? 0,
            RecurrentDropout = isCuDnn ? 0 : part.Number("recurrent_dropout", "dropout_U") ?? 0,
            Activation = isCuDnn ? Activation.Tanh : Function(part, "activation"),
            UseBias = isCuDnn || (part.Flag("use_bias") ?? true),
            KernelRegularizer = Penalty(part, "kernel_regularizer", "W_regularizer"),
            RecurrentRegularizer = Penalty(part, "recurrent_regularizer", "U_regularizer"),
            BiasRegularizer = Penalty(part, "bias_regularizer", "b_regularizer"),
        };
    }

    private DenseSettings Dense(KerasPart part)
    {
        KernelAndBias(part);
        part.Skip("input_dim", "input_length", "weights");
        return new DenseSettings
        {
            Units = Units(part),
            Activation = Function(part, "activation"),
            UseBias = part.Flag("use_bias", "bias") ?? true,
            KernelRegularizer = Penalty(part, "kernel_regularizer", "W_regularizer"),
            BiasRegularizer = Penalty(part, "bias_regularizer", "b_regularizer"),
        };
    }

    private Conv1DSettings Conv1D(KerasPart part)
    {
        KernelAndBias(part);
        ChannelsLast(part);
        One(part, 1, "dilation_rate", "groups");
        part.Skip("input_dim", "input_length", "weights");
        return new Conv1DSettings
        {
            Filters = part.NeededCount("filters", "nb_filter"),
            KernelSize = (part.Counts(1, "kernel_size", "filter_length") ?? throw part.Lacks("kernel_size"))[0],
            Strides = part.Counts(1, "strides", "subsample_length")?[0] ?? 1,
            Padding = Padding(part),
            Activation = Function(part, "activation"),
            UseBias = part.Flag("use_bias", "bias") ?? true,
            KernelRegularizer = Penalty(part, "kernel_regularizer", "W_regularizer"),
            BiasRegularizer = Penalty(part, "bias_regularizer", "b_regularizer"),
        };
    }

    private Conv2DSettings Conv2D(KerasPart part)
    {
        KernelAndBias(part);
        ChannelsLast(part);
        One(part, 2, "dilation_rate");
        One(part, 1, "groups");
        part.Skip("weights");
        int[] size = part.Counts(2, "kernel_size") ?? [part.NeededCount("nb_row"), part.NeededCount("nb_col")];
        return new Conv2DSettings
        {
            Filters = part.NeededCount("filters", "nb_filter"),
            KernelSize = size,
            Strides = part.Counts(2, "strides", "subsample") ?? [1, 1],
            Padding = Padding(part),
            Activation = Function(part, "activation"),
            UseBias = part.Flag("use_bias", "bias") ?? true,
            KernelRegularizer = Penalty(part, "kernel_regularizer", "W_regularizer"),
            BiasRegularizer = Penalty(part, "bias_regularizer", "b_regularizer"),
        };
    }

    private MultiHeadAttentionSettings Heads(KerasPart part)
    {
        KernelAndBias(part);
        // tf.keras repeats the shapes that it is called with; how masked scores are kept out is one here.
        part.Skip("seed", "query_shape", "key_shape", "value_shape", "softmax_robust_masking");
        part.MustBe("attention_axes", axes => axes.GetRawText().Trim('[', ']', ' ') is "1" or "-2", "the axis of the steps (1)");
        part.MustBeFalse("use_gate");
        part.MustBe("sliding_window", _ => false, "null");
        if (part.Find("output_shape") is { ValueKind: JsonValueKind.Array } shape && shape.GetArrayLength() != 1)
        {
            throw part.Unread($"its 'output_shape' is {KerasPart.Words(shape)}, and one number is read");
        }
        var keySize = part.NeededCount("key_dim");
        return new MultiHeadAttentionSettings
        {
            NumHeads = part.NeededCount("num_heads"),
            KeyDim = keySize,
            ValueDim = part.Count("value_dim") ?? keySize,
            OutputSize = part.Counts(1, "output_shape")?[0],
            UseBias = part.Flag("use_bias") ?? true,
            Dropout = part.Number("dropout") ?? 0,
            KernelRegularizer = Penalty(part, "kernel_regularizer"),
            BiasRegularizer = Penalty(part, "bias_regularizer"),
        };
    }

    private static (int Size, int Strides) Windows1D(KerasPart part)
    {
        ChannelsLast(part);
        var size = (part.Counts(1, "pool_size", "pool_length") ?? throw part.Lacks("pool_size"))[0];
        return (size, part.Counts(1, "strides", "stride")?[0] ?? size);
    }

    private static (int[] Sizes, int[] Strides) Windows2D(KerasPart part)
    {
        ChannelsLast(part);
        var sizes = part.Counts(2, "pool_size") ?? throw part.Lacks("pool_size");
        return (sizes, part.Counts(2, "strides") ?? sizes);
    }

    private static bool Keepdims(KerasPart part)
    {
        ChannelsLast(part);
        return part.Flag("keepdims") ?? false;
    }

    private static int[] BeforeAndAfter(KerasPart part, string key) =>
        part.Find(key) is { ValueKind: JsonValueKind.Array } ? part.Counts(2, key)!
        : part.Count(key) is { } both ? [both, both]
        : throw part.Lacks(key);

    private static ReshapeSettings Reshape(KerasPart part)
    {
        var target = part.Items("target_shape") ?? throw part.Lacks("target_shape");
        return new ReshapeSettings
        {
            TargetShape = [.. target.Select(length => (long)(length.ValueKind == JsonValueKind.Null ? -1
                : length.TryGetInt32Safely() ?? throw part.Wrong("'target_shape' has what is no whole number")))],
        };
    }

    // The order that is there already is no layer at all.
    private static ActivationSettings Permute(KerasPart part)
    {
        var order = part.Items("dims") ?? throw part.Lacks("dims");
        return order.Select((axis, i) => axis.TryGetInt32Safely() == i + 1).All(same => same)
            ? new ActivationSettings { Activation = Activation.Linear }
            : throw part.Unread("the library has no layer 'Permute' that changes the order of axes");
    }

    private static LayerSettings Relu(KerasPart part)
    {
        var slope = part.Number("negative_slope") ?? 0;
        if (part.Number("max_value") is { } most)
        {
            throw part.Unread(FormattableString.Invariant($"its 'max_value' is {most}, and only null is read"));
        }
        return part.Number("threshold") is not (null or 0) ? throw part.Unread("its 'threshold' is not 0")
            : slope == 0 ? new ActivationSettings { Activation = Activation.Relu }
            : new LeakyReluSettings { NegativeSlope = slope };
    }

    private T Normalization<T>(KerasPart part, T layer)
        where T : NormalizationSettings
    {
        Initial(part, "beta_initializer", "gamma_initializer", "beta_init", "gamma_init");
        Constraint(part, "beta_constraint", "gamma_constraint");
        part.Skip("weights");
        return layer with
        {
            Epsilon = part.NeededNumber("epsilon"),
            Center = part.Flag("center") ?? true,
            Scale = part.Flag("scale") ?? true,
            BetaRegularizer = Penalty(part, "beta_regularizer"),
            GammaRegularizer = Penalty(part, "gamma_regularizer"),
        };
    }

    private BatchNormalizationSettings BatchNormalization(KerasPart part, int? rank)
    {
        LastAxis(part, rank);
        part.MustBe("mode", mode => mode.TryGetInt32Safely() == 0, "mode 0");
        Initial(part, "moving_mean_initializer", "moving_variance_initializer");
        part.Skip("fused", "synchronized");
        if (part.Flag("renorm") == true || part.Has("virtual_batch_size"))
        {
            obstacles.Add($"{part.Place} normalises with renorm or virtual_batch_size");
        }
        part.Skip("virtual_batch_size", "renorm_clipping", "renorm_momentum");
        return Normalization(part, new BatchNormalizationSettings { Momentum = part.NeededNumber("momentum") });
    }

    private static void LastAxis(KerasPart part, int? rank)
    {
        bool IsLast(JsonElement axis) => axis.TryGetInt32Safely() is { } place && (place == -1 || (rank is not null && place == rank - 1));
        part.MustBe(
            "axis",
            axis => axis.ValueKind == JsonValueKind.Array ? axis.GetArrayLength() == 1 && IsLast(axis[0]) : IsLast(axis),
            "the last axis (-1)");
    }

    private static void ChannelsLast(KerasPart part)
    {
        foreach (var key in (ReadOnlySpan<string>)["data_format", "dim_ordering"])
        {
            part.MustBe(
                key, value => value.GetRawText() is "\"channels_last\"" or "\"tf\"" or "\"channelsLast\"", "channels_last");
        }
    }

    private static void One(KerasPart part, int count, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (part.Counts(count, key) is { } values && values.Any(value => value != 1))
            {
                throw part.Unread($"its '{key}' is not 1");
            }
        }
    }

    private static StepPadding Padding(KerasPart part) => part.Text("padding", "border_mode") switch
    {
        "valid" or null => StepPadding.Valid,
        "same" => StepPadding.Same,
        "causal" => StepPadding.Causal,
        var other => throw part.Unread($"its 'padding' is '{other}', and valid, same and causal are read"),
    };

    private void KernelAndBias(KerasPart part)
    {
        Initial(part, "kernel_initializer", "bias_initializer", "init");
        Constraint(part, "kernel_constraint", "bias_constraint", "W_constraint", "b_constraint");
    }

    private static void Initial(KerasPart part, params ReadOnlySpan<string> keys) => part.Skip(keys);

    private void Constraint(KerasPart part, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (part.Has(key))
            {
                obstacles.Add($"{part.Place} has a {key}");
            }
        }
        part.Skip(keys);
    }

    // l1 and l2 by number; others only train, so that they don't stop a load.
    private Regularizer? Penalty(KerasPart part, params ReadOnlySpan<string> keys)
    {
        if (part.Find(keys) is not { } value)
        {
            return null;
        }
        try
        {
            if (value.ValueKind == JsonValueKind.String)
            {
                switch (value.GetString())
                {
                    case "l1":
                        return Regularizer.L1();
                    case "l2":
                        return Regularizer.L2();
                    case "l1_l2" or "l1l2":
                        return Regularizer.L1L2();
                }
            }
            else if (value.ValueKind == JsonValueKind.Object)
            {
                var config = value.TryGetProperty("config", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : value;
                var penalty = new KerasPart(config, part.File, part.Place);
                var (l1, l2) = (penalty.Number("l1"), penalty.Number("l2"));
                if (l1 is not null || l2 is not null)
                {
                    return l1 is 0 or null && l2 is 0 or null ? null : Regularizer.L1L2(l1 ?? 0, l2 ?? 0);
                }
            }
        }
        catch (ArgumentException)
        {
            // A factor that can't be; noted below.
        }
        obstacles.Add($"{part.Place} has a {keys[0]} that is not l1 or l2");
        return null;
    }

    private Activation Function(KerasPart part, params ReadOnlySpan<string> keys)
    {
        if (part.Find(keys) is not { } value)
        {
            // Null is linear; a key that is missing has had other defaults in other versions.
            return part.IsNull(keys) ? Activation.Linear : throw part.Lacks(keys[0]);
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            var function = new KerasPart(value, part.File, part.Place);
            var kind = function.Text("class_name");
            if (kind == "function" && function.Text("config") is { } name)
            {
                return Named(part, name, keys[0]);
            }
            throw part.Unread($"its '{keys[0]}' is an object of the class '{kind}', and only functions of Keras are read");
        }
        return value.ValueKind == JsonValueKind.String
            ? Named(part, value.GetString()!, keys[0])
            : throw part.Wrong($"'{keys[0]}' is {KerasPart.Words(value)}, expected the name of a function");
    }

    private Activation Named(KerasPart part, string name, string key) => name switch
    {
        "linear" => Activation.Linear,
        "relu" => Activation.Relu,
        "tanh" => Activation.Tanh,
        "sigmoid" => Activation.Sigmoid,
        "hard_sigmoid" => version.IsKeras3 ? Activation.HardSigmoidKeras3 : Activation.HardSigmoid,
        "hardSigmoid" => Activation.HardSigmoid,
        "softmax" => Activation.Softmax,
        "elu" => Activation.Elu,
        "selu" => Activation.Selu,
        "gelu" => Activation.Gelu,
        "swish" or "silu" => Activation.Swish,
        "softplus" => Activation.Softplus,
        "softsign" => Activation.Softsign,
        "exponential" => Activation.Exponential,
        "leaky_relu" => Activation.LeakyRelu,
        "mish" => Activation.Mish,
        _ => throw part.Unread($"its '{key}' is '{name}', which the library does not have"),
    };
}

internal sealed class Found
{
    internal string? OtherAtMasked { get; set; }

    internal bool ReturnsState { get; set; }

    internal long Calls { get; set; } = 1;
}

internal static class JsonNumbers
{
    /// <summary>A whole number; null for anything else.</summary>
    internal static int? TryGetInt32Safely(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}
