using System.Text.Json;
using EchoLstm.Layers;
using EchoLstm.Saving;

namespace EchoLstm.Interop;

/// <summary>What a file says of a model: its layers, in a row or as a graph, and what comes into them.</summary>
/// <param name="Model">The layers.</param>
/// <param name="Input">The shape of the input, of several the first, samples first: their number where the file fixes it.</param>
/// <param name="IsTheano">Whether it was trained on Theano, which turns the kernels of convolutions round.</param>
/// <param name="Obstacles">What of its training can't be kept.</param>
internal sealed record KerasNetwork(LayerSettings Model, Shape Input, bool IsTheano, List<string> Obstacles)
{
    // Models in models, deeper than any that makes sense.
    private const int Deepest = 16;

    /// <summary>How a layer in a list is named in messages.</summary>
    internal static string LayerPlace(string before, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{before}layer {index}");

    /// <summary>Reads the object with <c>class_name</c> and <c>config</c>.</summary>
    /// <exception cref="InvalidDataException">It is no sound model.</exception>
    /// <exception cref="NotSupportedException">It has what is not read.</exception>
    internal static KerasNetwork Read(JsonElement json, string file, string? version, string? backend)
    {
        var model = new KerasPart(json, file, "the model");
        var kind = model.Text("class_name") ?? throw model.Lacks("class_name");
        var keras = new KerasVersion(version ?? model.Text("keras_version"), model.Has("module"));
        backend ??= model.Text("backend");
        KerasLayers.RefuseOwnClasses(model, kind);
        var obstacles = new List<string>();
        var reader = new KerasLayers(keras, obstacles);
        var (settings, input) = kind switch
        {
            "Sequential" => Sequential(reader, model),
            "Model" or "Functional" => Graph(reader, model.NeededPart("config", "the model")),
            _ => throw model.Unread($"it is of the class '{kind}', and Sequential, Model and Functional are read"),
        };
        return new KerasNetwork(settings, input, backend == "theano", obstacles);
    }

    // A graph in which each layer feeds the next alone is a sequence, which can do more.
    private static (LayerSettings Settings, Shape Input) Graph(KerasLayers reader, KerasPart config)
    {
        var graph = KerasGraph.Read(config, reader, "", 0);
        foreach (var output in graph.OutputSteps)
        {
            reader.End(config, output);
        }
        return (KerasGraph.ChainOf(graph.Settings) ?? (LayerSettings)graph.Settings, graph.InputShapes[0]);
    }

    private static (LayerSettings Settings, Shape Input) Sequential(KerasLayers reader, KerasPart model)
    {
        var config = model.Find("config") ?? throw model.Lacks("config");
        var part = config.ValueKind == JsonValueKind.Array ? null : model.NeededPart("config", "the model");
        List<JsonElement> layers = part is null ? [.. config.EnumerateArray()] : [.. part.Items("layers") ?? throw part.Lacks("layers")];
        if (layers.Count == 0)
        {
            throw model.Wrong("it has no layers");
        }
        if (layers.Count > SavedModel.MostLayers)
        {
            throw model.Wrong("it has more layers than any model");
        }
        var input = InputShape(layers[0], model.File, 0) ?? Shape(part?.Find("build_input_shape"), model)
            ?? Shape(model.Part("build_config", "the model")?.Find("input_shape"), model)
            ?? throw model.Unread("it does not say the shape of its input (it was saved before it was built)");
        return (Settings(reader, model, layers, input) with { Trainable = part?.Flag("trainable") ?? true }, input);
    }

    private static SequentialSettings Settings(
        KerasLayers reader, KerasPart model, List<JsonElement> layers, Shape input)
    {
        var settings = new List<LayerSettings>();
        var shape = input;
        var steps = MaskedSteps.None;
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
            settings.Add(layer.Name is null ? throw part.Lacks("name") : layer);
            steps = reader.Masks.Through(layer, [steps], [settings.Count.ToString(CultureInfo.InvariantCulture)])[0];
            try
            {
                shape = layer.OutputShape(shape, layer.Title);
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or ArithmeticException)
            {
                throw new InvalidDataException($"{model.File}: {part.Place}: {error.Message}", error);
            }
        }
        reader.End(model, steps);
        return settings.Count > 0 ? new SequentialSettings { Layers = settings } : throw model.Wrong("it has no layers but its input");
    }

    /// <summary>The shape that a layer says of its input; null where it says none.</summary>
    internal static Shape? InputShapeOf(KerasPart layer)
    {
        var config = layer.NeededPart("config", layer.Place);
        return Shape(config.Find("batch_input_shape", "batch_shape"), config);
    }

    private static Shape? InputShape(JsonElement first, string file, int depth)
    {
        var layer = new KerasPart(first, file, LayerPlace("", 0));
        if (InputShapeOf(layer) is { } shape)
        {
            return shape;
        }
        // A model in a model has the shape in its own first layer.
        return layer.Text("class_name") is "Sequential" or "Model" or "Functional" && depth < Deepest
            && layer.NeededPart("config", layer.Place).Items("layers") is [var inner, ..] ? InputShape(inner, file, depth + 1) : null;
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
}
