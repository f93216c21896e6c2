using System.Globalization;

namespace EchoLstm.Layers;

/// <summary>
/// A network as calls of single layers: what is in a model among them takes that model's place. A sequence is calls each of which reads
/// what the one before made. Values are numbered as in <see cref="CallSettings"/>.
/// </summary>
internal sealed class FlatNetwork
{
    private readonly List<PlacedLayer> _layers = [];
    private readonly List<CallSettings> _calls = [];
    private readonly List<Shape> _shapes;

    private FlatNetwork(LayerSettings network, IReadOnlyList<Shape> inputs)
    {
        (_shapes, Inputs) = ([.. inputs], inputs);
        Outputs = Call(Number(network, ""), [.. Enumerable.Range(0, inputs.Count)], withStates: false);
    }

    /// <summary>The shapes of the inputs.</summary>
    internal IReadOnlyList<Shape> Inputs { get; }

    /// <summary>The layers that are no models, in the order of the models' lists.</summary>
    internal IReadOnlyList<PlacedLayer> Layers => _layers;

    /// <summary>Their uses, each behind those that it needs.</summary>
    internal IReadOnlyList<CallSettings> Calls => _calls;

    /// <summary>The shapes of all values.</summary>
    internal IReadOnlyList<Shape> Shapes => _shapes;

    /// <summary>The values that the network gives.</summary>
    internal IReadOnlyList<int> Outputs { get; }

    /// <summary>Flattens a network.</summary>
    /// <param name="network">A model.</param>
    /// <param name="inputs">The shapes of its inputs, samples first.</param>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it.</exception>
    internal static FlatNetwork Of(LayerSettings network, IReadOnlyList<Shape> inputs) => new(network, inputs);

    /// <summary>The layers of a network that are no models, in the order of <see cref="Layers"/>; no shape is asked for.</summary>
    internal static IEnumerable<LayerSettings> LayersIn(LayerSettings network) =>
        LayersOf(network) is { } layers ? layers.SelectMany(LayersIn) : [network];

    /// <summary>Which calls read steps as they come, and whether the output is of the last step alone; the others get what these have made of
    /// the steps so far.</summary>
    /// <exception cref="InvalidOperationException">A layer can't, and the message says why; or there are several inputs or
    /// outputs.</exception>
    internal (bool[] Calls, bool Ends) Streamed()
    {
        if (Inputs.Count + Outputs.Count > 2)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"A stream reads one input and gives one output, but the model has {Inputs.Count} and {Outputs.Count}. Call Predict with "
                    + $"whole sequences."));
        }
        var (streams, ended, next) = (new bool[Calls.Count], new bool[Shapes.Count], Inputs.Count);
        for (var i = 0; i < streams.Length; i++)
        {
            var (call, layer) = (Calls[i], Layers[Calls[i].Layer].Settings);
            streams[i] = call.Inputs.Any(value => !ended[value]);
            var why = !streams[i] ? null
                : call.Inputs.Any(value => ended[value]) ? "puts the steps of a sequence together with what is left at its end"
                : layer.StreamObstacle;
            if (why is not null)
            {
                throw LayerSettings.NotStepwise(layer, why);
            }
            ended[next++] = !streams[i] || layer.EndsSequence;
            for (var state = 0; call.WithStates && state < layer.StateUnits.Count; state++)
            {
                ended[next++] = true;
            }
        }
        return (streams, ended[Outputs[0]]);
    }

    // A model's layers are numbered once, however often it is called.
    private Part Number(LayerSettings settings, string path)
    {
        if (LayersOf(settings) is not { } layers)
        {
            _layers.Add(new PlacedLayer(settings, path));
            return new Part(settings, _layers.Count - 1, []);
        }
        var before = path.Length == 0 ? "" : $"{path}/";
        return new Part(settings, -1, [.. layers.Select(layer => Number(layer, before + layer.Name))]);
    }

    private int[] Call(Part part, int[] inputs, bool withStates)
    {
        switch (part.Settings)
        {
            case SequentialSettings:
                return part.Inner.Aggregate(inputs, (given, layer) => Call(layer, given, withStates: false));
            case FunctionalSettings graph:
                FunctionalSettings.CheckInputs(graph.Inputs, ShapesOf(inputs), graph.Title);
                List<int> values = [.. inputs];
                foreach (var call in graph.Calls)
                {
                    values.AddRange(Call(part.Inner[call.Layer], [.. call.Inputs.Select(place => values[place])], call.WithStates));
                }
                return [.. graph.Outputs.Select(place => values[place])];
            default:
                return CallLayer(part.Settings, part.Layer, inputs, withStates);
        }
    }

    private int[] CallLayer(LayerSettings layer, int place, int[] inputs, bool withStates)
    {
        var given = ShapesOf(inputs);
        var made = layer.OutputShapes(given, withStates, layer.Title);
        _layers[place].Input ??= given[0];
        _calls.Add(new CallSettings { Layer = place, Inputs = inputs, WithStates = withStates });
        _shapes.AddRange(made);
        return [.. Enumerable.Range(_shapes.Count - made.Count, made.Count)];
    }

    private Shape[] ShapesOf(int[] places) => [.. places.Select(place => _shapes[place])];

    private static IReadOnlyList<LayerSettings>? LayersOf(LayerSettings settings) => settings switch
    {
        SequentialSettings sequence => sequence.Layers,
        FunctionalSettings graph => graph.Layers,
        _ => null,
    };

    /// <summary>A layer, or a model with those in it.</summary>
    /// <param name="Settings">Its settings.</param>
    /// <param name="Layer">Its place among the layers that are no models; below 0 for a model.</param>
    /// <param name="Inner">What is in a model.</param>
    private sealed record Part(LayerSettings Settings, int Layer, Part[] Inner);
}

/// <summary>A layer of a flat network.</summary>
/// <param name="settings">Its settings.</param>
/// <param name="path">The names of the models around it, then its own: where its weights are in a file.</param>
internal sealed class PlacedLayer(LayerSettings settings, string path)
{
    internal LayerSettings Settings { get; } = settings;

    /// <summary>The shape of what its first use reads; null where it has no use.</summary>
    internal Shape? Input { get; set; }

    /// <summary>The weights of the layer, or of one of a Bidirectional's two, in Keras's order.</summary>
    /// <param name="part">0, or 1 for what reads backwards.</param>
    internal IEnumerable<WeightSpec> WeightsOf(int part)
    {
        var weights = Settings.Weights(Input!);
        if (Settings is BidirectionalSettings)
        {
            weights = weights.Where(weight => weight.Name.StartsWith(part == 0 ? "forward/" : "backward/", StringComparison.Ordinal));
        }
        return WeightSpec.Below(path, weights);
    }
}
