using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Saving;
using Google.Protobuf;

namespace EchoLstm.Onnx;

/// <summary>Models as ONNX files, which ONNX Runtime, ML.NET and many other programs run.</summary>
public static class OnnxExport
{
    private const string InputName = "input";
    private const string OutputName = "output";
    private const string LengthsName = "lengths";
    private const string OwnPrefix = "echolstm.";

    // A message of Protocol Buffers has at most 2 GB, names and shapes included.
    private const long MostBytes = 2_000_000_000;

    /// <summary>
    /// Writes the model as an ONNX file that predicts what the model's <c>Predict</c> does: an input <c>input</c>, whole numbers of 64 bits
    /// where the model begins with an Embedding, else floats, an output <c>output</c>, samples first. A graph's have its inputs' and
    /// outputs' names. Masks are in it, dropout is not. Nodes have the layers' names.
    /// </summary>
    /// <param name="model">The model, built.</param>
    /// <param name="path">The file, which ends in <c>.onnx</c>; a missing folder is made, and a file that is there is replaced when the new
    /// one is complete.</param>
    /// <param name="options">What the file shall be; null: as <see cref="OnnxOptions"/> says.</param>
    /// <exception cref="ArgumentException">The path is empty or promises another format, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or has a layer that ONNX has no form for, or, with state, one
    /// that can't run step by step; the message names it. Or another thread trains the model.</exception>
    /// <exception cref="ShapeMismatchException">The layers can't take as many steps as <see cref="OnnxOptions.FixedSteps"/>, or need to
    /// know how many.</exception>
    /// <exception cref="IOException">The folder can't be made, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    /// <remarks>
    /// Nothing is written before all is known to be sound. The file carries the model's Metadata under its own keys, and under
    /// <c>echolstm.</c> the library's version, the shapes, scalers and vocabularies and, with state, which output goes to which input, as
    /// JSON. What a state-carrying layer carries now is not written: the caller begins with zeros. ONNX Runtime answers NaN with plausible
    /// numbers and ends the process for some shapes without samples or steps: check data before it.
    /// </remarks>
    /// <example><code>
    /// model.ExportOnnx("model.onnx");
    /// </code></example>
    public static void ExportOnnx(this Model model, string path, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileName.Check(path, "ExportOnnx writes an ONNX model", ".onnx");
        options ??= new OnnxOptions();
        Check(options);
        using var use = model.Guard.Read(nameof(ExportOnnx));
        model.ThrowIfNotBuilt("be exported");
        model.ThrowIfPartDisposed();
        ThrowIfModule(model.Settings);
        var weights = new OnnxWeights(model);
        var (graph, properties) = model.Settings switch
        {
            SequentialSettings network => Graph(model, network, weights, options),
            FunctionalSettings network => Graph(model, network, weights, options),
            _ => throw new InvalidOperationException(
                $"ExportOnnx takes a SequentialModel or a FunctionalModel, but the model is a {model.GetType().Name}."),
        };
        if (graph.Size > MostBytes)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The model can't be exported: its weights have {graph.Size:N0} bytes, and an ONNX file has at most {MostBytes:N0}. Make "
                    + $"its largest layer smaller."));
        }
        AtomicFile.Write(path, stream => Write(stream, graph, properties, options.Opset));
    }

    internal static InvalidOperationException Refused(LayerSettings layer, string why, string advice) =>
        new($"The model can't be exported to ONNX: {layer.Title} {why}. {advice}; nothing was written.");

    // Before any shape is asked for, which a module does not know.
    private static void ThrowIfModule(LayerSettings layer)
    {
        foreach (var inner in layer.Inner)
        {
            if (inner is ModuleSettings module)
            {
                var isNamed = !string.IsNullOrEmpty(inner.Name);
                throw Refused(
                    isNamed ? inner : layer,
                    $"{(isNamed ? "is" : "wraps")} the TorchSharp module {module.Module}, whose code ONNX can't hold",
                    "Make it of EchoLstm's layers");
            }
            ThrowIfModule(inner);
        }
    }

    private static void Check(OnnxOptions options)
    {
        AtLeastOne(options.FixedBatch, nameof(OnnxOptions.FixedBatch));
        AtLeastOne(options.FixedSteps, nameof(OnnxOptions.FixedSteps));
        if (options.Opset is < OnnxOptions.OldestOpset or > OnnxOptions.NewestOpset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.Opset,
                string.Create(CultureInfo.InvariantCulture, $"Opset is a version of ONNX's operators: expected {OnnxOptions.OldestOpset} "
                    + $"to {OnnxOptions.NewestOpset}."));
        }
    }

    private static void AtLeastOne(int? length, string name)
    {
        if (length < 1)
        {
            throw new ArgumentOutOfRangeException("options", length, $"{name} is a length: at least 1, or null for any.");
        }
    }

    // With any number of steps where the layers can, else with as many as the model was built for.
    private static (OnnxGraph Graph, List<KeyValuePair<string, string>> Properties) Graph(
        Model model, SequentialSettings network, OnnxWeights weights, OnnxOptions options)
    {
        var built = model.InputShape!.With(0, options.FixedBatch);
        var hasSteps = built.Rank > 2 || model.IndexReader is not null;
        if (!hasSteps && (options.WithState || options.WithLengths || options.FixedSteps is not null))
        {
            throw new InvalidOperationException($"The model was built for input of shape {model.InputShape}, which has no time steps: "
                + "leave out WithState, WithLengths and FixedSteps.");
        }
        if (options.FixedSteps is not null)
        {
            var shape = built.With(1, options.FixedSteps);
            return HasWeights(network, shape, model.InputShape!)
                ? Graph(model, network, weights, options, shape)
                : throw new ShapeMismatchException(
                    $"{model.Title} was built for input of shape {model.InputShape} and has weights for so many time steps: it can't be "
                        + $"exported for {shape}. Leave out FixedSteps.",
                    model.InputShape!.ToString(),
                    shape.ToString());
        }
        if (hasSteps && built[1] is not null)
        {
            try
            {
                var open = built.With(1, null);
                if (HasWeights(network, open, model.InputShape!))
                {
                    return Graph(model, network, weights, options, open);
                }
            }
            catch (ShapeMismatchException)
            {
                // A layer must know the number of steps.
            }
        }
        return Graph(model, network, weights, options, built);
    }

    // Whether the layers would have the weights that they have.
    private static bool HasWeights(SequentialSettings network, Shape shape, Shape built)
    {
        _ = network.OutputShape(shape, network.Title);
        return network.Weights(shape).Zip(network.Weights(built)).All(pair => pair.First.Shape.AsSpan().SequenceEqual(pair.Second.Shape));
    }

    private static (OnnxGraph Graph, List<KeyValuePair<string, string>> Properties) Graph(
        Model model, SequentialSettings network, OnnxWeights weights, OnnxOptions options, Shape shape)
    {
        var graph = new OnnxGraph(options.Opset);
        var masks = new MaskNodes(graph);
        object samples = shape[0] is { } batch ? batch : "batch";
        var states = new OnnxStates(graph, samples);
        object?[] axes = [samples, .. shape.Skip(1).Select((length, i) => length is { } known ? known : i == 0 ? (object)"steps" : null)];
        var input = graph.Input(InputName, model.IndexReader is null ? OnnxGraph.Float : OnnxGraph.Int64, axes);
        graph.Reserve(OutputName);
        var mask = options.WithLengths
            ? masks.OfLengths(input, graph.Input(LengthsName, OnnxGraph.Int64, samples))
            : null;
        var streamed = options.WithState ? Streamed(network, shape) : 0;
        var layers = new LayerNodes(graph, weights, masks, states, streamed);
        var output = layers.Model(network, new OnnxValue(input, shape, mask, model.IndexReader is not null), "", streams: true);
        if (options.WithState && states.Pairs.Count == 0)
        {
            throw new InvalidOperationException($"{model.Title} has no layer that carries a state from step to step: leave out WithState.");
        }
        _ = graph.Output(
            OutputName, output.Name, OnnxGraph.Float, [samples, .. output.Shape.Skip(1).Select(length => (object?)length)]);
        List<KeyValuePair<string, string>> shapes =
            [new($"{OwnPrefix}input_shape", ShapeText(shape)), new($"{OwnPrefix}output_shape", ShapeText(output.Shape))];
        return (graph, Properties(model, shapes, states));
    }

    // The inputs' shapes are what they were said to be.
    private static (OnnxGraph Graph, List<KeyValuePair<string, string>> Properties) Graph(
        Model model, FunctionalSettings network, OnnxWeights weights, OnnxOptions options)
    {
        if (options.WithState)
        {
            throw GraphWithState(model.Title);
        }
        var shapes = InputShapes(model, network, options);
        var graph = new OnnxGraph(options.Opset);
        var masks = new MaskNodes(graph);
        object samples = options.FixedBatch is { } batch ? (long)batch : "batch";
        var inputs = network.Inputs.Select((input, i) =>
        {
            var isInteger = model.IndexReaderOf(i) is not null;
            var open = network.Inputs.Count == 1 ? "steps" : $"{input.Name}_steps";
            object?[] axes =
                [samples, .. shapes[i].Skip(1).Select((length, axis) => length is { } known ? known : axis == 0 ? (object)open : null)];
            return new OnnxValue(
                graph.Input(input.Name, isInteger ? OnnxGraph.Int64 : OnnxGraph.Float, axes), shapes[i], null, isInteger);
        }).ToList();
        foreach (var name in model.OutputNames)
        {
            graph.Reserve(name);
        }
        for (var i = 0; i < inputs.Count && options.WithLengths; i++)
        {
            if (HasSteps(model, network, i))
            {
                var lengths = graph.Input($"{network.Inputs[i].Name}_{LengthsName}", OnnxGraph.Int64, samples);
                inputs[i] = inputs[i] with { Mask = masks.OfLengths(inputs[i].Name, lengths) };
            }
        }
        var states = new OnnxStates(graph, samples);
        var outputs = new LayerNodes(graph, weights, masks, states, 0).Graph(network, inputs, "");
        foreach (var (name, output) in model.OutputNames.Zip(outputs))
        {
            _ = graph.Output(
                name, output.Name, OnnxGraph.Float, [samples, .. output.Shape.Skip(1).Select(length => (object?)length)]);
        }
        List<KeyValuePair<string, string>> said =
        [
            new($"{OwnPrefix}input_shapes", ShapesText(network.Inputs.Select(input => input.Name).Zip(shapes))),
            new($"{OwnPrefix}output_shapes", ShapesText(model.OutputNames.Zip(outputs.Select(output => output.Shape)))),
        ];
        return (graph, Properties(model, said, states));
    }

    private static bool HasSteps(Model model, FunctionalSettings network, int input) =>
        network.Inputs[input].Shape.Count > 1 || model.IndexReaderOf(input) is not null;

    // FixedSteps is for all inputs whose number of steps is open.
    private static Shape[] InputShapes(Model model, FunctionalSettings network, OnnxOptions options)
    {
        Shape[] shapes = [.. network.Inputs.Select(input => input.WithSamples().With(0, options.FixedBatch))];
        var said = string.Join(", ", network.Inputs.Select(input => $"{input.Name} {input.WithSamples()}"));
        if ((options.WithLengths || options.FixedSteps is not null)
            && !Enumerable.Range(0, shapes.Length).Any(i => HasSteps(model, network, i)))
        {
            throw new InvalidOperationException(
                $"The model has the inputs {said}, none of which has time steps: leave out WithLengths and FixedSteps.");
        }
        if (options.FixedSteps is not { } steps)
        {
            return shapes;
        }
        var isOpen = shapes.Select((shape, i) => HasSteps(model, network, i) && shape[1] is null).ToList();
        var all = shapes.Select((shape, i) => isOpen[i] ? shape.With(1, steps) : shape).ToArray();
        return isOpen.Contains(true) || shapes.Any(shape => shape.Rank > 1 && shape[1] == steps) ? all : throw new ShapeMismatchException(
            $"{model.Title} has the inputs {said}, whose numbers of time steps are set. Leave out FixedSteps.",
            said,
            steps.ToString(CultureInfo.InvariantCulture));
    }

    private static string ShapesText(IEnumerable<(string Name, Shape Shape)> shapes) =>
        $"{{{string.Join(",", shapes.Select(one => $"{StrictJson.Write(one.Name, SavedJson.Settings)}:{ShapeText(one.Shape)}"))}}}";

    private static int Streamed(SequentialSettings network, Shape shape)
    {
        if (GraphIn(network) is { } graph)
        {
            throw GraphWithState(graph.Title);
        }
        try
        {
            return FlatNetwork.CallsOf(network, [shape]).Streamed().Calls.Count(streams => streams);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException($"The model can't be exported with state. {error.Message} Or leave out WithState.", error);
        }
    }

    private static FunctionalSettings? GraphIn(SequentialSettings network) => network.Layers.OfType<FunctionalSettings>().FirstOrDefault()
        ?? network.Layers.OfType<SequentialSettings>().Select(GraphIn).FirstOrDefault(graph => graph is not null);

    private static InvalidOperationException GraphWithState(string title) => new(
        $"The model can't be exported with state: {title} is a graph, and the states of a graph's layers are no inputs and outputs of "
            + "an ONNX file here. Leave out WithState, or make the model a sequence.");

    private static List<KeyValuePair<string, string>> Properties(
        Model model, IEnumerable<KeyValuePair<string, string>> shapes, OnnxStates states)
    {
        var extras = model.Extras.Settings();
        if (extras.Metadata.Keys.FirstOrDefault(key => key.StartsWith(OwnPrefix, StringComparison.Ordinal)) is { } taken)
        {
            throw new InvalidOperationException($"The model can't be exported: its Metadata has the key '{taken}', and '{OwnPrefix}' "
                + "begins the keys of what the library says. Give it another name.");
        }
        List<KeyValuePair<string, string>> properties =
        [
            .. extras.Metadata,
            new($"{OwnPrefix}version", FileFormat.LibraryVersion),
            .. shapes,
        ];
        if (extras.Scalers.Count > 0)
        {
            properties.Add(new($"{OwnPrefix}scalers", StrictJson.Write(extras.Scalers, SavedJson.Settings)));
        }
        if (extras.Vocabularies.Count > 0)
        {
            properties.Add(new($"{OwnPrefix}vocabularies", StrictJson.Write(extras.Vocabularies, SavedJson.Settings)));
        }
        if (states.Pairs.Count > 0)
        {
            properties.Add(new($"{OwnPrefix}states", StrictJson.Write(states.Pairs, SavedJson.Settings)));
        }
        return properties;
    }

    private static string ShapeText(Shape shape) =>
        $"[{string.Join(",", shape.Select(length => length?.ToString(CultureInfo.InvariantCulture) ?? "null"))}]";

    // ModelProto. The version of the format is the one that came with the operators.
    private static void Write(Stream stream, OnnxGraph graph, List<KeyValuePair<string, string>> properties, int opset)
    {
        using var model = new CodedOutputStream(stream, leaveOpen: true);
        model.Number(1, opset switch { < 19 => 8, < 21 => 9, _ => 10 });
        model.Text(2, "EchoLstm");
        model.Text(3, FileFormat.LibraryVersion);
        model.Message(7, message => graph.Write(message, "EchoLstm"));
        model.Message(8, message => // OperatorSetIdProto
        {
            message.Text(1, "");
            message.Number(2, opset);
        });
        foreach (var (key, value) in properties)
        {
            model.Message(14, message => // StringStringEntryProto
            {
                message.Text(1, key);
                message.Text(2, value);
            });
        }
    }
}
