using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Saving;

namespace EchoLstm.Interop;

/// <summary>
/// Models and layers as Keras's JSON. The library's own JSON has Keras's names; here is what Keras calls otherwise, wraps or lacks.
/// What Keras can't have is refused before anything is written.
/// </summary>
internal sealed class KerasConfig(KerasVersion version, bool hasModules)
{
    private const string InputName = "input_layer";

    // What only this library has, or draws from; none of it changes a prediction.
    private static readonly ImmutableArray<string> Own =
    [
        "class", "seed", "requested_engine", "uses_fused_kernel", "checkpoint_steps", "backward_trainable", "backward_uses_fused_kernel",
    ];

    internal KerasConfig(KerasVersion version)
        : this(version, version.HasModules)
    {
    }

    /// <summary>A model: its class and its configuration.</summary>
    /// <exception cref="NotSupportedException">It has what Keras does not have.</exception>
    internal JsonObject Of(Model model) => Of(model, model.InputShape!, trains: true, givesStates: false);

    /// <summary>An object of Keras: of which class, and what its settings are.</summary>
    internal JsonObject Object(string module, string kind, JsonNode config, string? registered = null)
    {
        var json = new JsonObject { ["class_name"] = kind, ["config"] = config };
        if (hasModules)
        {
            json.Insert(0, "module", module);
            json["registered_name"] = registered;
        }
        return json;
    }

    /// <summary>A layer's name; one that is in a wrapper and has none is called by its class.</summary>
    internal static string NameOf(Layer layer) =>
        layer.Settings.Name is { Length: > 0 } name ? name : Layer.SnakeCase(layer.Settings.KerasClass);

    /// <summary>What is in a wrapper, or in an optimiser, has its modules since tf.keras 2.13 too: without, Keras 3 finds no
    /// class.</summary>
    internal KerasConfig Inside => new(version, hasModules: true);

    private JsonObject Of(Layer layer, Shape input, bool trains, bool givesStates)
    {
        if (layer.Name.Contains('/', StringComparison.Ordinal) || layer.Name is "." or "..")
        {
            throw Refused(layer.Settings, "has a name that Keras does not allow", "Give it a name without '/', other than '.' and '..'");
        }
        trains &= layer.Trainable;
        var json = layer switch
        {
            SequentialModel model => Object("keras", "Sequential", Sequential(model, input, trains)),
            FunctionalModel model => Object("keras.src.models.functional", "Functional", Functional(model, trains), "Functional"),
            _ => Object("keras.layers", layer.Settings.KerasClass, Config(layer, input, trains, givesStates)),
        };
        if (version.IsKeras3 && layer is not FunctionalModel)
        {
            json["build_config"] = new JsonObject { ["input_shape"] = Json(input) };
        }
        return json;
    }

    private JsonObject Sequential(SequentialModel model, Shape input, bool trains)
    {
        var name = InputName;
        while (model.Layers.Any(layer => layer.Name == name))
        {
            name += "_0";
        }
        var layers = new JsonArray(InputLayer(name, input));
        var shape = input;
        foreach (var layer in model.Layers)
        {
            layers.Add(Alone(layer, shape, trains));
            shape = layer.OutputShape(shape);
        }
        var config = new JsonObject { ["name"] = NameOf(model), ["layers"] = layers };
        if (version.IsKeras3)
        {
            config["trainable"] = trains;
            config["dtype"] = Float32();
            config["build_input_shape"] = Json(input);
        }
        return config;
    }

    // A layer that gets one tensor and gives one.
    private JsonObject Alone(Layer layer, Shape input, bool trains) => layer is not AttentionLayer
        ? Of(layer, input, trains, givesStates: false)
        : throw Refused(
            layer.Settings,
            layer is MultiHeadAttention ? "takes one tensor, and in Keras query and value"
                : "takes one tensor, and in Keras a list of query and value",
            $"Use it in a FunctionalModel, new {layer.Settings.LayerClass}().Apply(query, value)");

    private JsonObject Functional(FunctionalModel model, bool trains)
    {
        var graph = model.Graph;
        var calls = graph.Calls.GroupBy(call => call.Layer).ToDictionary(own => own.Key, own => own.ToList());
        var layers = new JsonArray();
        foreach (var row in graph.Rows)
        {
            var json = row is Input input ? InputLayer(input.Name, input.Shape) : Called((Layer)row);
            json["name"] = NameOfRow(row);
            json["inbound_nodes"] = new JsonArray([.. row is Layer layer ? calls[layer].Select(Inbound) : []]);
            layers.Add(json);
        }
        return new JsonObject
        {
            ["name"] = NameOf(model),
            ["trainable"] = trains,
            ["layers"] = layers,
            ["input_layers"] = Ends(graph.Inputs),
            ["output_layers"] = Ends(graph.Outputs),
        };

        JsonObject Called(Layer layer)
        {
            var own = calls[layer];
            var json = Of(layer, own[0].Inputs[0].Shape, trains, own.Exists(call => call.WithStates));
            if (own[0].Inputs.Count > 1)
            {
                // It is built where it is called.
                json.Remove("build_config");
            }
            if (layer is MultiHeadAttention && !version.IsKeras3)
            {
                // And tf.keras makes its weights by these.
                var config = json["config"]!;
                config["query_shape"] = TensorShape(own[0].Inputs[0].Shape);
                config["key_shape"] = TensorShape(own[0].Inputs[^1].Shape);
                config["value_shape"] = TensorShape(own[0].Inputs[Math.Min(1, own[0].Inputs.Count - 1)].Shape);
            }
            return json;
        }

        // What goes through a model from its own inputs counts as its first call; in Keras 3 only where the graph ends.
        JsonArray History(Node node, bool isEnd)
        {
            if (node.Call is not { } call)
            {
                return [((Input)node).Name, 0, 0];
            }
            var counts = version.IsKeras3 ? isEnd && call.Layer is FunctionalModel : call.Layer is Model;
            return [call.Layer.Name, calls[call.Layer].IndexOf(call) + (counts ? 1 : 0), node.Index];
        }

        JsonNode Inbound(NodeCall call)
        {
            // A layer that takes a list of tensors looks at none alone.
            List<Node> inputs = [.. call.Inputs];
            if (call.Layer is AttentionLayer && inputs.Count == 1)
            {
                inputs.Add(inputs[0]);
            }
            var named = new JsonObject();
            if (call.Layer is Attention { UseCausalMask: true } or MultiHeadAttention { UseCausalMask: true })
            {
                named["use_causal_mask"] = true;
            }
            if (!version.IsKeras3)
            {
                if (call.Layer is MultiHeadAttention)
                {
                    // What is not the first argument has its name.
                    named["value"] = History(inputs[1], isEnd: false);
                    named["key"] = inputs.Count > 2 ? History(inputs[2], isEnd: false) : null;
                    inputs = inputs[..1];
                }
                var node = new JsonArray();
                foreach (var input in inputs)
                {
                    var history = History(input, isEnd: false);
                    history.Add(named.DeepClone());
                    node.Add((JsonNode)history);
                }
                return node;
            }
            JsonArray given = [.. inputs.Select(Tensor)];
            if (call.WithStates && inputs.Count > 1)
            {
                var states = new JsonArray();
                while (given.Count > 1)
                {
                    var state = given[1];
                    given.RemoveAt(1);
                    states.Add(state);
                }
                named["initial_state"] = states;
            }
            else if (inputs.Count > 1 && call.Layer is not MultiHeadAttention)
            {
                given = [given];
            }
            return new JsonObject { ["args"] = given, ["kwargs"] = named };
        }

        JsonNode Tensor(Node node) => new JsonObject
        {
            ["class_name"] = "__keras_tensor__",
            ["config"] = new JsonObject
            {
                ["shape"] = Json(node.Shape),
                ["dtype"] = "float32",
                ["keras_history"] = History(node, isEnd: false),
            },
        };

        // Of one, Keras 3 makes no list: the model then takes, or gives, a tensor.
        JsonArray Ends(IReadOnlyList<Node> nodes) =>
            version.IsKeras3 && nodes.Count == 1 ? History(nodes[0], isEnd: true)
                : new JsonArray([.. nodes.Select(node => History(node, isEnd: true))]);

        static string NameOfRow(object row) => row is Input input ? input.Name : NameOf((Layer)row);
    }

    private JsonObject InputLayer(string name, Shape shape) => Object(
        "keras.layers",
        "InputLayer",
        new JsonObject
        {
            [version.IsKeras3 ? "batch_shape" : "batch_input_shape"] = Json(shape),
            ["dtype"] = "float32",
            ["sparse"] = false,
            ["ragged"] = false,
            ["name"] = name,
        });

    private JsonObject Config(Layer layer, Shape input, bool trains, bool givesStates)
    {
        var settings = layer.Settings;
        ThrowIfLacking(settings, input);
        // Of what is inside, nothing is asked here.
        var config = layer is Bidirectional or TimeDistributed
            ? []
            : JsonSerializer.SerializeToNode(settings, SavedJson.Settings.GetTypeInfo(typeof(LayerSettings)))!.AsObject();
        foreach (var key in Own)
        {
            config.Remove(key);
        }
        foreach (var (key, value) in config.ToList())
        {
            if (key.EndsWith("_regularizer", StringComparison.Ordinal) && value is not null)
            {
                config[key] = Object("keras.regularizers", "L1L2", value.DeepClone());
            }
        }
        foreach (var (key, function) in Functions(settings))
        {
            config[key] = FunctionOf(function) ?? throw Refused(
                settings,
                $"has the {key.Replace('_', ' ')} {function}, which {version} does not have",
                version.IsKeras3 ? "Write an .h5" : "Write a .keras");
        }
        config["name"] = NameOf(layer);
        config["trainable"] = trains;
        config["dtype"] = Float32();
        switch (layer)
        {
            case Bidirectional both:
                config["merge_mode"] = both.MergeMode.ToString().ToLowerInvariant();
                config["layer"] = Inside.Of(both.Forward, input, trains, givesStates);
                // Older ones turn the layer round themselves, but for what is said of its twin alone.
                if (version.IsKeras3 || both.Forward.GoBackwards || both.Forward.Trainable != both.Backward.Trainable)
                {
                    config["backward_layer"] = Inside.Of(both.Backward, input, trains, givesStates);
                }
                break;
            case TimeDistributed wrapper:
                config["layer"] = Inside.Alone(wrapper.InnerLayer, TimeDistributedSettings.StepShape(input), trains);
                break;
            case RecurrentLayer:
                config["return_state"] = givesStates;
                break;
            case SpatialDropout1D:
                // In Keras 3 it takes no such argument.
                config.Remove("trainable");
                break;
            case LeakyRelu when !version.IsKeras3:
                Rename("negative_slope", "alpha");
                break;
            case PRelu { Settings: PReluSettings { SharedAxes.Count: 0 } }:
                config["shared_axes"] = null;
                break;
            case LayerNormalization or BatchNormalization:
                config["axis"] = -1;
                break;
            case Attention:
                config["score_mode"] = config["score_mode"]!.GetValue<string>().ToLowerInvariant();
                config.Remove("use_causal_mask");
                break;
            case MultiHeadAttention { OutputSize: var size }:
                config.Remove("use_causal_mask");
                config["output_shape"] = size is null ? null : new JsonArray(size);
                config["attention_axes"] = null;
                break;
            case Dot { Settings: DotSettings dot }:
                config["axes"] = new JsonArray(dot.FirstAxis, dot.SecondAxis);
                config.Remove("first_axis");
                config.Remove("second_axis");
                break;
            case Conv1D or MaxPooling1D or AveragePooling1D or Conv2D or MaxPooling2D or AveragePooling2D:
                config["padding"] = config["padding"]!.GetValue<string>().ToLowerInvariant();
                foreach (var key in (ReadOnlySpan<string>)["kernel_size", "pool_size", "strides"])
                {
                    if (config[key] is JsonValue one)
                    {
                        config[key] = new JsonArray(one.DeepClone());
                    }
                }
                break;
        }
        return config;

        void Rename(string from, string to)
        {
            config[to] = config[from]!.DeepClone();
            config.Remove(from);
        }
    }

    private static void ThrowIfLacking(LayerSettings settings, Shape input)
    {
        switch (settings)
        {
            case ModuleSettings module:
                throw Refused(
                    settings,
                    $"is the TorchSharp module {module.Module}, which Keras does not have",
                    "Put layers of the library in its place");
            case AttentionDecoderSettings:
                throw Refused(
                    settings,
                    "is a layer that Keras does not have",
                    "Make the decoder of layers in a FunctionalModel, as EchoModels.Seq2Seq does");
            case RecurrentSettings { Stateful: true } when input[0] is null:
                throw Refused(
                    settings,
                    "is stateful, and Keras must know the batch size of a stateful model",
                    "Build the model with one, model.Build(shape, batchSize: 32)");
        }
    }

    private static IEnumerable<(string Key, Activation Function)> Functions(LayerSettings settings)
    {
        if (settings is LstmSettings { RecurrentActivation: var gates })
        {
            yield return ("recurrent_activation", gates);
        }
        if (settings is GruSettings { RecurrentActivation: var gru })
        {
            yield return ("recurrent_activation", gru);
        }
        Activation? own = settings switch
        {
            RecurrentSettings recurrent => recurrent.Activation,
            DenseSettings dense => dense.Activation,
            Conv1DSettings convolution => convolution.Activation,
            Conv2DSettings convolution => convolution.Activation,
            ActivationSettings activation => activation.Activation,
            _ => null,
        };
        if (own is { } function)
        {
            yield return ("activation", function);
        }
    }

    private string? FunctionOf(Activation activation) => activation switch
    {
        Activation.HardSigmoid => version.IsKeras3 ? null : "hard_sigmoid",
        Activation.HardSigmoidKeras3 => version.IsKeras3 ? "hard_sigmoid" : null,
        Activation.LeakyRelu => version.IsKeras3 ? "leaky_relu" : null,
        Activation.Swish => version.IsKeras3 ? "silu" : "swish",
        _ => activation.ToString().ToLowerInvariant(),
    };

    private JsonNode Float32() =>
        version.IsKeras3 ? Object("keras", "DTypePolicy", new JsonObject { ["name"] = "float32" }) : "float32";

    private static JsonObject TensorShape(Shape shape) => new() { ["class_name"] = "TensorShape", ["items"] = Json(shape) };

    private static JsonArray Json(Shape shape) => [.. shape.Select(length => (JsonNode?)length)];

    private static NotSupportedException Refused(LayerSettings layer, string why, string advice) =>
        new($"The model can't be written for Keras: {(layer.Name is { Length: > 0 } ? layer.Title : layer.LayerClass)} "
            + $"{why}. {advice}; nothing was written.");
}
