namespace EchoLstm.Layers;

/// <summary>What a graph is given, without the samples axis; -1 where a length may vary.</summary>
internal sealed record InputSettings
{
    public required string Name { get; init; }

    public required IReadOnlyList<long> Shape { get; init; }

    internal Shape WithSamples() => new([null, .. Shape.Select(length => length == -1 ? null : (long?)length)]);
}

/// <summary>One use of a layer. A graph's tensors are numbered: its inputs, then what each call makes, in the calls' order.</summary>
internal sealed record CallSettings
{
    public required int Layer { get; init; }

    /// <summary>The tensors that it gets, all made before.</summary>
    public required IReadOnlyList<int> Inputs { get; init; }

    /// <summary>Whether the layer begins with the states behind its first input, if there are any, and gives those after it.</summary>
    public required bool WithStates { get; init; }
}

/// <summary>A model that is a graph.</summary>
internal sealed record FunctionalSettings : LayerSettings
{
    public Training.EngineKind RequestedEngine { get; init; }

    public required IReadOnlyList<InputSettings> Inputs { get; init; }

    public required IReadOnlyList<LayerSettings> Layers { get; init; }

    public required IReadOnlyList<CallSettings> Calls { get; init; }

    /// <summary>The tensors that it gives.</summary>
    public required IReadOnlyList<int> Outputs { get; init; }

    internal override string LayerClass => "FunctionalModel";

    internal override string KerasClass => "Functional";

    internal override IReadOnlyList<LayerSettings> Inner => Layers;

    internal override Shape OutputShape(Shape input, string title)
    {
        // Of several inputs the others are as they were said to be.
        Shape[] given = [input, .. Inputs.Skip(1).Select(one => one.WithSamples().With(0, input.Rank == 0 ? null : input[0]))];
        return OutputShapes(given, title)[0];
    }

    internal override IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputs, string title)
    {
        CheckInputs(Inputs, inputs, title);
        var shapes = Walk(inputs, null);
        return [.. Outputs.Select(place => At(shapes, place))];
    }

    internal IReadOnlyList<Shape> InputShapes => [.. Inputs.Select(one => one.WithSamples())];

    /// <summary>The outputs' names: of the layers that make them.</summary>
    internal IReadOnlyList<string> OutputNames
    {
        get
        {
            List<string?> makers = [.. Inputs.Select(_ => (string?)null)];
            Walk(InputShapes, null, makers);
            return Numbered(Outputs.Select(place => makers[place] ?? ""));
        }
    }

    /// <summary>Names as Keras gives them to outputs: of several of one layer the later ones are numbered.</summary>
    internal static IReadOnlyList<string> Numbered(IEnumerable<string> makers)
    {
        var names = new List<string>();
        foreach (var name in makers)
        {
            var own = name;
            for (var i = 1; names.Contains(own); i++)
            {
                own = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
            }
            names.Add(own);
        }
        return names;
    }

    internal override IEnumerable<WeightSpec> Weights(Shape input)
    {
        var built = LayerInputs();
        for (var i = 0; i < Layers.Count; i++)
        {
            var name = Layers[i].Name ?? throw new InvalidOperationException($"A layer of {Title} has no name.");
            var shapes = built[i] ?? throw new ArgumentException($"the layer '{name}' is in no call");
            foreach (var weight in WeightSpec.Below(name, Layers[i].WeightsOf(shapes)))
            {
                yield return weight;
            }
        }
    }

    /// <summary>The shapes that each layer is built for: what it gets at its first call; null where it is in none.</summary>
    internal IReadOnlyList<Shape>?[] LayerInputs()
    {
        var built = new IReadOnlyList<Shape>?[Layers.Count];
        Walk(InputShapes, built);
        return built;
    }

    internal static void CheckInputs(IReadOnlyList<InputSettings> expected, IReadOnlyList<Shape> given, string title)
    {
        var fits = given.Count == expected.Count && expected.Zip(given).All(pair => pair.First.WithSamples().Accepts(pair.Second));
        if (!fits)
        {
            var wanted = string.Join(", ", expected.Select(one => $"{one.Name} {one.WithSamples()}"));
            var received = given.Count == 0 ? "nothing" : string.Join(", ", given);
            throw new ShapeMismatchException(
                $"{title} has the inputs {wanted} but received {received}. Give each its tensor, in that order.", wanted, received);
        }
    }

    // What a file says may be anything.
    private List<Shape> Walk(
        IReadOnlyList<Shape> inputs, IReadOnlyList<Shape>?[]? built, List<string?>? makers = null)
    {
        if (inputs.Count == 0 || Outputs.Count == 0)
        {
            throw new ArgumentException("a graph has inputs and outputs, at least one of each");
        }
        List<Shape> shapes = [.. inputs];
        foreach (var call in Calls)
        {
            if (call.Layer < 0 || call.Layer >= Layers.Count)
            {
                throw new ArgumentException("a call is of no layer that there is");
            }
            var layer = Layers[call.Layer];
            List<Shape> given = [.. call.Inputs.Select(place => At(shapes, place))];
            shapes.AddRange(layer.OutputShapes(given, call.WithStates, layer.Title));
            while (makers?.Count < shapes.Count)
            {
                makers.Add(layer.Name);
            }
            if (built is not null)
            {
                built[call.Layer] ??= given;
            }
        }
        return shapes;
    }

    private static Shape At(List<Shape> shapes, int place) => place >= 0 && place < shapes.Count ? shapes[place]
        : throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"tensor {place} is used before it is made: there are {shapes.Count}"));
}
