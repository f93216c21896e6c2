namespace EchoLstm.Layers;

/// <summary>
/// A network as calls of single layers: what is in a model among them takes that model's place. A sequence is calls each of which reads
/// what the one before made. Values are numbered as in <see cref="CallSettings"/>.
/// </summary>
internal sealed class FlatNetwork
{
    private readonly List<PlacedLayer> _layers = [];
    private readonly List<CallSettings> _calls = [];
    private readonly List<Shape>? _shapes; // null where nobody asks for them

    private FlatNetwork(LayerSettings network, IReadOnlyList<Shape> inputs, bool withShapes)
    {
        (Inputs, Values, _shapes) = (inputs, inputs.Count, withShapes ? [.. inputs] : null);
        Outputs = Call(Number(network, ""), [.. Enumerable.Range(0, inputs.Count)], withStates: false);
    }

    internal IReadOnlyList<Shape> Inputs { get; }

    /// <summary>The layers that are no models, in the order of the models' lists.</summary>
    internal IReadOnlyList<PlacedLayer> Layers => _layers;

    /// <summary>Their uses, each behind those that it needs.</summary>
    internal IReadOnlyList<CallSettings> Calls => _calls;

    internal int Values { get; private set; }

    internal IReadOnlyList<Shape> Shapes => _shapes!;

    /// <summary>The values that the network gives.</summary>
    internal IReadOnlyList<int> Outputs { get; }

    /// <summary>Flattens a network.</summary>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it.</exception>
    internal static FlatNetwork Of(LayerSettings network, IReadOnlyList<Shape> inputs) => new(network, inputs, withShapes: true);

    /// <summary>The same without <see cref="Shapes"/>, which a TorchSharp module's settings do not know.</summary>
    internal static FlatNetwork CallsOf(LayerSettings network, IReadOnlyList<Shape> inputs) => new(network, inputs, withShapes: false);

    /// <summary>The layers of a network that are no models, in the order of <see cref="Layers"/>; no shape is asked for.</summary>
    internal static IEnumerable<LayerSettings> LayersIn(LayerSettings network) =>
        LayersOf(network) is { } layers ? layers.SelectMany(LayersIn) : [network];

    /// <summary>Whether an input has time steps: (samples, time steps, ...), or indices of them.</summary>
    internal bool HasSteps(int input) => Inputs[input].Rank > 2
        || (Inputs[input].Rank == 2 && Calls.Any(call => call.Inputs.Contains(input) && Layers[call.Layer].Settings is EmbeddingSettings));

    /// <summary>Which calls read steps as they come, and which outputs are of the last step alone; the other calls get what these have made
    /// of the steps so far, or an input that has no steps.</summary>
    /// <exception cref="InvalidOperationException">No input has steps, or a layer can't, and the message says why.</exception>
    internal (bool[] Calls, bool[] Ends) Streamed()
    {
        // Which values have no steps to come, and which of them never had.
        var (streams, ended, without) = (new bool[Calls.Count], new bool[Values], new bool[Values]);
        for (var i = 0; i < Inputs.Count; i++)
        {
            ended[i] = without[i] = !HasSteps(i);
        }
        var next = Inputs.Count;
        for (var i = 0; i < streams.Length; i++)
        {
            var (call, layer) = (Calls[i], Layers[Calls[i].Layer].Settings);
            streams[i] = call.Inputs.Any(value => !ended[value]);
            var atEnd = call.Inputs.Where(value => ended[value]).ToList();
            var why = !streams[i] ? null
                : atEnd.Count == 0 ? layer.StreamObstacle
                : "puts the steps of a sequence together with what "
                    + (atEnd.TrueForAll(value => without[value]) ? "has none" : "is left at its end");
            if (why is not null)
            {
                throw new InvalidOperationException(
                    $"{layer.Title} ({layer.KerasClass}) {why}, so the model can't be run step by step. Call Predict with whole "
                        + "sequences.");
            }
            without[next] = !call.Inputs.Any(value => !without[value]);
            ended[next++] = !streams[i] || layer.EndsSequence;
            for (var state = 0; call.WithStates && state < layer.StateUnits.Count; state++)
            {
                without[next] = without[next - 1];
                ended[next++] = true;
            }
        }
        if (!Enumerable.Range(0, Inputs.Count).Any(HasSteps))
        {
            throw new InvalidOperationException(
                $"A stream reads the time steps of (samples, time steps, features), but the model takes {string.Join(", ", Inputs)}. Call "
                    + "Predict instead.");
        }
        return (streams, [.. Outputs.Select(value => ended[value])]);
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
                if (_shapes is not null)
                {
                    FunctionalSettings.CheckInputs(graph.Inputs, ShapesOf(inputs), graph.Title);
                }
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
        var made = withStates ? 1 + layer.StateUnits.Count : 1;
        if (_shapes is not null)
        {
            var given = ShapesOf(inputs);
            _layers[place].Input ??= given[0];
            _shapes.AddRange(layer.OutputShapes(given, withStates, layer.Title));
        }
        _calls.Add(new CallSettings { Layer = place, Inputs = inputs, WithStates = withStates });
        Values += made;
        return [.. Enumerable.Range(Values - made, made)];
    }

    private Shape[] ShapesOf(int[] places) => [.. places.Select(place => _shapes![place])];

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
