using System.Text;
using System.Text.Json.Nodes;

namespace EchoLstm.Tests.Interop;

/// <summary>A graph that TensorFlow.js made, with the numbers that it gave, in each of the layouts that Keras has written.</summary>
internal sealed class KerasGraphCase
{
    private readonly JsonObject _topology;
    private readonly List<KerasArray> _weights;

    private KerasGraphCase(JsonObject json)
    {
        _topology = (JsonObject)json["topology"]!;
        _weights = [.. json["weights"]!.AsArray().Select(weight => new KerasArray((string)weight!["name"]!, Floats(weight["values"]!), Lengths(weight["shape"]!)))];
        Inputs = [.. json["inputs"]!.AsArray().Select(Tensor)];
        Outputs = [.. json["outputs"]!.AsArray().Select(Tensor)];
    }

    internal static IReadOnlyList<string> Names { get; } = [.. ((JsonObject)Golden()).Select(one => one.Key)];

    internal torch.Tensor[] Inputs { get; }

    internal torch.Tensor[] Outputs { get; }

    /// <summary>Keras 2's configuration, which may be changed.</summary>
    internal JsonObject Model => new()
    {
        ["class_name"] = _topology["class_name"]!.DeepClone(),
        ["config"] = _topology["config"]!.DeepClone(),
    };

    internal static KerasGraphCase Read(string name) => new((JsonObject)Golden()[name]!);

    /// <summary>A layer of a configuration.</summary>
    internal static JsonObject Layer(JsonObject model, string name) =>
        (JsonObject)model["config"]!["layers"]!.AsArray().Single(layer => (string)layer!["name"]! == name)!;

    internal void TensorFlowJs(TemporaryFolder folder)
    {
        File.WriteAllBytes(folder.File("group1.bin"), [.. _weights.SelectMany(weight => weight.Values).SelectMany(BitConverter.GetBytes)]);
        var model = new JsonObject
        {
            ["format"] = "layers-model",
            ["modelTopology"] = _topology.DeepClone(),
            ["weightsManifest"] = new JsonArray(new JsonObject
            {
                ["paths"] = new JsonArray("group1.bin"),
                ["weights"] = new JsonArray([.. _weights.Select(weight => (JsonNode)new JsonObject
                {
                    ["name"] = weight.Name,
                    ["shape"] = new JsonArray([.. weight.Shape.Select(length => (JsonNode)length)]),
                    ["dtype"] = "float32",
                })]),
            }),
        };
        File.WriteAllText(folder.File("model.json"), model.ToJsonString());
    }

    /// <summary>A whole model in HDF5, of Keras 2 or tf.keras.</summary>
    internal Hdf5Node Legacy(string version, JsonObject? model = null, string? training = null)
    {
        var root = KerasWriter.Whole([.. TopLayers()], version, config: (model ?? Model).ToJsonString(), training: training);
        return root;
    }

    /// <summary>The weights alone, of layers under other names.</summary>
    internal Hdf5Node LegacyWeights(Func<string, string> rename)
    {
        var root = new Hdf5Node();
        KerasWriter.Legacy(root, [.. TopLayers().Select(layer => layer with { Name = rename(layer.Name) })], "2.2.4");
        return root;
    }

    /// <summary>The same as Keras 3 writes it.</summary>
    /// <param name="masks">For a layer that masks come to, the inputs that they are of, one a call.</param>
    internal byte[] Keras3(IReadOnlyDictionary<string, string[]> masks)
    {
        var model = (JsonObject)Keras3Of(Model, masks);
        var weights = new Hdf5Node();
        AddKeras3(weights, Model);
        return KerasWriter.Keras3([], config: model.ToJsonString(), weights: Hdf5Writer.Write(weights));
    }

    internal Hdf5Node Keras3Weights()
    {
        var weights = new Hdf5Node();
        AddKeras3(weights, Model);
        return weights;
    }

    private IEnumerable<KerasLayer> TopLayers() => Model["config"]!["layers"]!.AsArray().Select(layer =>
        new KerasLayer((string)layer!["class_name"]!, (string)layer["name"]!, "{}", [.. ArraysOf((JsonObject)layer)]));

    // A model's in the model has all of its layers'.
    private IEnumerable<KerasArray> ArraysOf(JsonObject layer) => layer["config"]!["layers"] is JsonArray inner
        ? inner.SelectMany(one => ArraysOf((JsonObject)one!).Select(array => array with { Name = $"{NameOf((JsonObject)one!)}/{array.Name}" }))
        : _weights.Where(weight => weight.Name.StartsWith($"{NameOf(layer)}/", StringComparison.Ordinal))
            .Select(weight => weight with { Name = weight.Name[(NameOf(layer).Length + 1)..] });

    private static string NameOf(JsonObject layer) => (string)(layer["name"] ?? layer["config"]!["name"])!;

    // Groups by class and counter.
    private void AddKeras3(Hdf5Node root, JsonObject model)
    {
        var counters = new Dictionary<string, int>();
        foreach (var layer in model["config"]!["layers"]!.AsArray().Cast<JsonObject>())
        {
            var kind = (string)layer["class_name"]! switch { "Model" => "functional", "TimeDistributed" => "time_distributed", "SimpleRNN" => "simple_rnn", var plain => plain.ToLowerInvariant() };
            var count = counters[kind] = counters.GetValueOrDefault(kind, -1) + 1;
            var own = root.Group(count == 0 ? $"layers/{kind}" : string.Create(CultureInfo.InvariantCulture, $"layers/{kind}_{count}"));
            own.Group("vars").Text("name", NameOf(layer));
            if (layer["config"]!["layers"] is not null)
            {
                AddKeras3(own, layer);
                continue;
            }
            var inner = kind is "lstm" or "gru" or "simple_rnn" ? "cell/" : kind == "time_distributed" ? "layer/" : "";
            foreach (var (array, i) in ArraysOf(layer).Select((array, i) => (array, i)))
            {
                _ = own.Array(string.Create(CultureInfo.InvariantCulture, $"{inner}vars/{i}"), array.Values, array.Shape);
            }
        }
    }

    private static JsonNode Keras3Of(JsonObject model, IReadOnlyDictionary<string, string[]> masks)
    {
        var kind = (string)model["class_name"]! is "Model" ? "Functional" : (string)model["class_name"]!;
        model["class_name"] = kind;
        model["module"] = kind == "Functional" ? "keras.src.models.functional" : kind == "Sequential" ? "keras" : "keras.layers";
        model["registered_name"] = kind == "Functional" ? "Functional" : null;
        var config = (JsonObject)model["config"]!;
        if (config["batch_input_shape"] is { } shape)
        {
            config.Remove("batch_input_shape");
            config["batch_shape"] = shape;
        }
        if (config["layers"] is not JsonArray layers)
        {
            return model;
        }
        var sequences = layers.Where(layer => (string)layer!["class_name"]! == "Sequential").Select(layer => NameOf((JsonObject)layer!)).ToHashSet();
        var operations = new List<JsonNode>();
        foreach (var layer in layers.Cast<JsonObject>())
        {
            Keras3Of(layer, new Dictionary<string, string[]>());
            if (layer["inbound_nodes"] is not JsonArray nodes)
            {
                continue;
            }
            var isRecurrent = (string)layer["class_name"]! is "LSTM" or "GRU" or "SimpleRNN";
            layer["inbound_nodes"] = new JsonArray([.. nodes.Select((node, call) =>
            {
                List<JsonNode> tensors = [.. node!.AsArray().Select(tensor => KerasTensor((string)tensor![0]!, (int)tensor[1]! - (sequences.Contains((string)tensor[0]!) ? 1 : 0), (int)tensor[2]!))];
                var given = tensors.Count == 1 || isRecurrent ? tensors[0] : new JsonArray([.. tensors]);
                var kwargs = new JsonObject();
                if (isRecurrent)
                {
                    kwargs["training"] = false;
                    kwargs["mask"] = null;
                    if (tensors.Count > 1)
                    {
                        kwargs["initial_state"] = new JsonArray([.. tensors.Skip(1)]);
                    }
                    if (masks.GetValueOrDefault(NameOf(layer)) is { } inputs)
                    {
                        var name = $"not_equal_{inputs[call]}";
                        kwargs["mask"] = KerasTensor(name, 0, 0);
                        if (!operations.Exists(operation => (string)operation["name"]! == name))
                        {
                            operations.Add(Operation("NotEqual", name, KerasTensor(inputs[call], 0, 0), 0));
                        }
                    }
                }
                return (JsonNode)new JsonObject { ["args"] = new JsonArray(given), ["kwargs"] = kwargs };
            })]);
        }
        operations.ForEach(layers.Add);
        return model;
    }

    /// <summary>An operation of keras.ops on two arguments.</summary>
    internal static JsonObject Operation(string kind, string name, JsonNode one, JsonNode? other) => new()
    {
        ["module"] = "keras.src.ops.numpy",
        ["class_name"] = kind,
        ["config"] = new JsonObject { ["name"] = name },
        ["registered_name"] = kind,
        ["name"] = name,
        ["inbound_nodes"] = new JsonArray(new JsonObject { ["args"] = new JsonArray(one, other), ["kwargs"] = new JsonObject() }),
    };

    /// <summary>A tensor as Keras 3 names it.</summary>
    internal static JsonObject KerasTensor(string layer, int call, int output) => new()
    {
        ["class_name"] = "__keras_tensor__",
        ["config"] = new JsonObject { ["shape"] = new JsonArray(null, 3), ["dtype"] = "float32", ["keras_history"] = new JsonArray(layer, call, output) },
    };

    private static JsonNode Golden() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "keras-graphs.json"), Encoding.UTF8))!;

    private static float[] Floats(JsonNode values) => [.. values.AsArray().Select(value => (float)value!)];

    private static long[] Lengths(JsonNode shape) => [.. shape.AsArray().Select(length => (long)length!)];

    private static torch.Tensor Tensor(JsonNode? json)
    {
        using var flat = torch.tensor(Floats(json!["values"]!));
        return flat.reshape(Lengths(json["shape"]!));
    }
}
