using System.Globalization;
using System.Text.Json;
using EchoLstm.Layers;
using EchoLstm.Saving;

namespace EchoLstm.Interop;

/// <summary>What a file says of a model: its layers in a row, and what comes into the first.</summary>
/// <param name="Layers">The layers.</param>
/// <param name="Input">The shape of the input, samples first: their number where the file fixes it.</param>
/// <param name="IsTheano">Whether it was trained on Theano, which turns the kernels of convolutions round.</param>
/// <param name="Obstacles">What of its training can't be kept.</param>
internal sealed record KerasNetwork(SequentialSettings Layers, Shape Input, bool IsTheano, List<string> Obstacles)
{
    /// <summary>How a layer in a list is named in messages.</summary>
    internal static string LayerPlace(string before, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{before}layer {index}");

    /// <summary>Reads the object with <c>class_name</c> and <c>config</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="version">Keras's version, if the file says it elsewhere.</param>
    /// <param name="backend">What Keras ran on, if the file says it elsewhere.</param>
    /// <exception cref="InvalidDataException">It is no sound model.</exception>
    /// <exception cref="NotSupportedException">It has what is not read.</exception>
    internal static KerasNetwork Read(JsonElement json, string file, string? version, string? backend)
    {
        var model = new KerasPart(json, file, "the model");
        var kind = model.Text("class_name") ?? throw model.Lacks("class_name");
        var keras = new KerasVersion(version ?? model.Text("keras_version"), model.Has("module"));
        backend ??= model.Text("backend");
        KerasLayers.RefuseOwnClasses(model, kind);
        var config = model.Find("config") ?? throw model.Lacks("config");
        List<JsonElement> layers;
        KerasPart? part = null;
        if (config.ValueKind == JsonValueKind.Array)
        {
            layers = [.. config.EnumerateArray()];
        }
        else
        {
            part = model.NeededPart("config", "the model");
            layers = [.. part.Items("layers") ?? throw part.Lacks("layers")];
        }
        layers = kind switch
        {
            "Sequential" => layers,
            // Where a model of several inputs, outputs or branches will be made.
            "Model" or "Functional" => Chain(part ?? throw model.Wrong("its 'config' is an array"), layers),
            _ => throw model.Unread($"it is of the class '{kind}', and Sequential, Model and Functional are read"),
        };
        if (layers.Count == 0)
        {
            throw model.Wrong("it has no layers");
        }
        if (layers.Count > SavedModel.MostLayers)
        {
            throw model.Wrong("it has more layers than any model");
        }
        var obstacles = new List<string>();
        var input = InputShape(layers[0], file) ?? Shape(part?.Find("build_input_shape"), model)
            ?? Shape(model.Part("build_config", "the model")?.Find("input_shape"), model)
            ?? throw model.Unread("it does not say the shape of its input (it was saved before it was built)");
        var settings = Settings(new KerasLayers(keras, obstacles), model, layers, input) with
        {
            Trainable = part?.Flag("trainable") ?? true,
        };
        return new KerasNetwork(settings, input, backend == "theano", obstacles);
    }

    private static SequentialSettings Settings(
        KerasLayers reader, KerasPart model, List<JsonElement> layers, Shape input)
    {
        var settings = new List<LayerSettings>();
        var shape = input;
        for (var i = 0; i < layers.Count; i++)
        {
            var part = new KerasPart(layers[i], model.File, LayerPlace("", i));
            if (reader.Read(part, shape.Rank) is not { } layer)
            {
                if (i > 0)
                {
                    throw part.Wrong("it is an InputLayer behind others");
                }
                continue;
            }
            if (settings.Exists(other => other.Name == layer.Name))
            {
                throw part.Wrong($"two layers are named '{layer.Name}'");
            }
            settings.Add(layer with { Name = layer.Name ?? throw part.Lacks("name") });
            try
            {
                shape = layer.OutputShape(shape, layer.Title);
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or ArithmeticException)
            {
                throw new InvalidDataException($"{model.File}: {part.Place}: {error.Message}", error);
            }
        }
        reader.End(model);
        return settings.Count > 0 ? new SequentialSettings { Layers = settings } : throw model.Wrong("it has no layers but its input");
    }

    private static Shape? InputShape(JsonElement first, string file)
    {
        var layer = new KerasPart(first, file, LayerPlace("", 0));
        var config = layer.NeededPart("config", layer.Place);
        if (config.Find("batch_input_shape", "batch_shape") is { } shape)
        {
            return Shape(shape, config);
        }
        // A model in a model has the shape in its own first layer.
        if (layer.Text("class_name") == "Sequential" && config.Items("layers") is [var inner, ..])
        {
            return InputShape(inner, file);
        }
        return null;
    }

    private static Shape? Shape(JsonElement? value, KerasPart part)
    {
        if (value is not { } shape)
        {
            return null;
        }
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() is < 2 or > 8)
        {
            throw part.Wrong($"the input's shape is {KerasPart.Words(shape)}, expected an array of two or more lengths");
        }
        var lengths = new List<long?>();
        foreach (var length in shape.EnumerateArray())
        {
            lengths.Add(length.ValueKind == JsonValueKind.Null ? null
                : length.TryGetInt32Safely() is > 0 and { } whole ? whole
                : throw part.Wrong($"the input's shape is {KerasPart.Words(shape)}, which no input has"));
        }
        return new Shape([.. lengths]);
    }

    /// <summary>The layers of a graph in which each feeds the next; another graph is refused.</summary>
    private static List<JsonElement> Chain(KerasPart config, List<JsonElement> layers)
    {
        config.Skip("name", "trainable", "dtype");
        var byName = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var next = new Dictionary<string, string>(StringComparer.Ordinal);
        var places = layers.Select((layer, i) => new KerasPart(layer, config.File, LayerPlace("", i))).ToList();
        foreach (var (layer, part) in layers.Zip(places))
        {
            var name = part.Text("name") ?? throw part.Lacks("name");
            if (!byName.TryAdd(name, layer))
            {
                throw part.Wrong($"two layers are named '{name}'");
            }
            if (Source(part, name) is { } source && !next.TryAdd(source, name))
            {
                throw Graph(config, $"'{source}' feeds both '{next[source]}' and '{name}'");
            }
        }
        var input = End(config, "input_layers");
        var output = End(config, "output_layers");
        var chain = new List<JsonElement>();
        for (var name = input; ; name = next[name])
        {
            chain.Add(byName.TryGetValue(name, out var layer) ? layer : throw config.Wrong($"there is no layer '{name}'"));
            if (chain.Count > layers.Count)
            {
                throw config.Wrong("its layers feed each other in a circle");
            }
            if (name == output)
            {
                break;
            }
            if (!next.ContainsKey(name))
            {
                throw config.Wrong($"nothing leads from '{name}' to the output '{output}'");
            }
        }
        return chain.Count == layers.Count ? chain : throw Graph(config, "some of its layers are not between its input and its output");
    }

    private static NotSupportedException Graph(KerasPart part, string why) => part.Unread(
        $"it is a graph and not one layer behind the other: {why}");

    // The one layer before this one; null for an input.
    private static string? Source(KerasPart layer, string name)
    {
        var nodes = layer.Items("inbound_nodes") ?? [];
        if (nodes.Count == 0)
        {
            return null;
        }
        if (nodes.Count > 1)
        {
            throw Graph(layer, $"'{name}' is called {nodes.Count.ToString(CultureInfo.InvariantCulture)} times, which shares its weights");
        }
        return nodes[0].ValueKind == JsonValueKind.Object ? SourceOfKeras3(layer, nodes[0], name) : SourceOfKeras2(layer, nodes[0], name);
    }

    private static string SourceOfKeras2(KerasPart layer, JsonElement node, string name)
    {
        if (node.ValueKind != JsonValueKind.Array || node.GetArrayLength() == 0)
        {
            throw layer.Wrong("'inbound_nodes' is of no known form");
        }
        if (node.GetArrayLength() > 1)
        {
            throw Graph(layer, $"'{name}' has several inputs");
        }
        var tensor = node[0];
        if (tensor.ValueKind == JsonValueKind.Array && tensor.GetArrayLength() == 4)
        {
            if (tensor[3].ValueKind != JsonValueKind.Object || tensor[3].EnumerateObject().Any(Matters))
            {
                throw Graph(layer, $"'{name}' is called with arguments beside its input");
            }
        }
        return History(layer, tensor, name);
    }

    private static string SourceOfKeras3(KerasPart layer, JsonElement node, string name)
    {
        var part = new KerasPart(node, layer.File, layer.Place);
        var arguments = part.Items("args") ?? [];
        if (part.Find("kwargs") is { ValueKind: JsonValueKind.Object } named && named.EnumerateObject().Any(Matters))
        {
            throw Graph(layer, $"'{name}' is called with arguments beside its input");
        }
        if (arguments.Count != 1 || arguments[0].ValueKind != JsonValueKind.Object)
        {
            throw Graph(layer, $"'{name}' has several inputs");
        }
        var tensor = new KerasPart(arguments[0], layer.File, layer.Place);
        return History(
            layer,
            tensor.NeededPart("config", layer.Place).Find("keras_history") ?? throw layer.Wrong("an input has no 'keras_history'"),
            name);
    }

    private static bool Matters(JsonProperty argument) =>
        argument.Value.ValueKind != JsonValueKind.Null
        && !(argument.Name == "training" && argument.Value.ValueKind == JsonValueKind.False);

    // A tensor: layer, call, output.
    private static string History(KerasPart part, JsonElement tensor, string user)
    {
        if (tensor.ValueKind != JsonValueKind.Array || tensor.GetArrayLength() < 3 || tensor[0].ValueKind != JsonValueKind.String
            || tensor[1].TryGetInt32Safely() is not { } call || tensor[2].TryGetInt32Safely() is not { } output)
        {
            throw part.Wrong($"what leads to '{user}' is of no known form");
        }
        var name = tensor[0].GetString()!;
        return call != 0 ? throw Graph(part, $"'{user}' takes the output of another call of '{name}' than the first")
            : output != 0 ? throw Graph(part, $"'{user}' takes a state of '{name}'")
            : name;
    }

    private static string End(KerasPart config, string key)
    {
        var items = config.Items(key) ?? throw config.Lacks(key);
        if (items is [{ ValueKind: JsonValueKind.String }, ..])
        {
            return History(config, config.Find(key)!.Value, key);
        }
        return items is [var one] ? History(config, one, key)
            : throw Graph(config, $"its '{key}' are {items.Count.ToString(CultureInfo.InvariantCulture)}");
    }
}
