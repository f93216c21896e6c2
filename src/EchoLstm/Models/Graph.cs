using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>
/// What leads from some inputs to some outputs: which layers, and their uses in an order in which they can run. A graph's values are
/// numbered: the inputs, then what each call makes.
/// </summary>
internal sealed class Graph
{
    private readonly Dictionary<Node, int> _places = new(ReferenceEqualityComparer.Instance);

    private Graph(IReadOnlyList<Input> inputs, IReadOnlyList<Node> outputs, List<object> order)
    {
        (Inputs, Outputs, Calls) = (inputs, outputs, [.. order.OfType<NodeCall>()]);
        foreach (var node in inputs.Concat(Calls.SelectMany(call => call.Outputs)))
        {
            _places.Add(node, _places.Count);
        }
        InCallOrder = [.. Calls.Select(call => call.Layer).Distinct()];
        Rows = ByDepth(order);
        Layers = [.. Rows.OfType<Layer>()];
        GiveNames();
        OutputNames = FunctionalSettings.Numbered(Outputs.Select(node => node.Layer!.Name));
    }

    internal IReadOnlyList<Input> Inputs { get; }

    internal IReadOnlyList<Node> Outputs { get; }

    /// <summary>Each after those that it needs.</summary>
    internal IReadOnlyList<NodeCall> Calls { get; }

    /// <summary>Inputs and layers in Keras's order: the farther from the outputs, the earlier.</summary>
    internal IReadOnlyList<object> Rows { get; }

    /// <summary>The layers in that order.</summary>
    internal IReadOnlyList<Layer> Layers { get; }

    internal IReadOnlyList<Layer> InCallOrder { get; }

    internal IReadOnlyList<string> InputNames => [.. Inputs.Select(input => input.Name)];

    internal IReadOnlyList<string> OutputNames { get; }

    internal int Values => _places.Count;

    internal IReadOnlyList<InputSettings> InputSettings =>
    [
        .. Inputs.Select(input => new InputSettings
        {
            Name = input.Name,
            Shape = [.. input.Shape.Skip(1).Select(length => length ?? -1)],
        }),
    ];

    internal IReadOnlyList<CallSettings> CallSettings =>
    [
        .. Calls.Select(call => new CallSettings
        {
            Layer = Layers.ToList().IndexOf(call.Layer),
            Inputs = [.. call.Inputs.Select(node => _places[node])],
            WithStates = call.WithStates,
        }),
    ];

    internal IReadOnlyList<int> OutputPlaces => [.. Outputs.Select(node => _places[node])];

    /// <summary>The uses that read an input, and as which of theirs.</summary>
    internal IEnumerable<(Layer Layer, int Place)> ReadersOf(int input) =>
        from call in Calls
        from place in Enumerable.Range(0, call.Inputs.Count)
        where call.Inputs[place] == Inputs[input]
        select (call.Layer, place);

    /// <summary>Runs every call on what stands for the values.</summary>
    /// <returns>What stands for the outputs.</returns>
    internal T[] Run<T>(IReadOnlyList<T> inputs, T[] values, Func<NodeCall, T[], IReadOnlyList<T>> run)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            values[i] = inputs[i];
        }
        var place = inputs.Count;
        foreach (var call in Calls)
        {
            foreach (var made in run(call, [.. call.Inputs.Select(node => values[_places[node]])]))
            {
                values[place++] = made;
            }
        }
        return [.. Outputs.Select(node => values[_places[node]])];
    }

    /// <summary>The graph from inputs to outputs.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static Graph Of(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (inputs.Count == 0 || outputs.Count == 0 || inputs.Contains(null!) || outputs.Contains(null!))
        {
            throw new ArgumentException(
                "A FunctionalModel has inputs and outputs, at least one of each and none of them null.",
                inputs.Count == 0 || inputs.Contains(null!) ? nameof(inputs) : nameof(outputs));
        }
        if (inputs.FirstOrDefault(node => node is not Input) is { } made)
        {
            throw new ArgumentException(
                $"{made} is what {made.Layer!.Title} makes, not an input. Make a new Input of its shape, and apply the layers behind it to "
                    + "that.",
                nameof(inputs));
        }
        if (inputs.GroupBy(node => node, ReferenceEqualityComparer.Instance).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The input {twice.Key} is given twice.", nameof(inputs));
        }
        if (outputs.FirstOrDefault(node => node is Input) is { } given)
        {
            throw new ArgumentException(
                $"The output {given} is an input itself, and no layer leads to it. Give what a layer's Apply returned.", nameof(outputs));
        }
        var order = OrderTo(outputs);
        var needed = order.OfType<Input>().ToList();
        if (needed.FirstOrDefault(node => !inputs.Contains(node)) is { } foreign)
        {
            var reader = order.OfType<NodeCall>().First(call => call.Inputs.Contains(foreign)).Layer;
            throw new ArgumentException(
                $"{reader.Title} needs the input {foreign}, which is not among the model's inputs, {string.Join(", ", inputs)}. Add it to "
                    + "them.",
                nameof(inputs));
        }
        if (inputs.FirstOrDefault(node => !needed.Contains(node)) is { } unused)
        {
            throw new ArgumentException(
                $"The input {unused} leads to no output, {string.Join(", ", outputs)}. Leave it out, or apply a layer to it.",
                nameof(inputs));
        }
        return new Graph([.. inputs.Cast<Input>()], [.. outputs], order);
    }

    // The inputs and calls that the outputs need. As in Keras, what one needs comes before it, in the order in which it is named. Deep
    // graphs need no deep stack.
    private static List<object> OrderTo(IReadOnlyList<Node> outputs)
    {
        var order = new List<object>();
        var seen = new HashSet<object>();
        var left = new Stack<(NodeCall Call, int Next)>();
        foreach (var output in outputs)
        {
            Enter(output);
            while (left.TryPop(out var top))
            {
                if (top.Next < top.Call.Inputs.Count)
                {
                    left.Push((top.Call, top.Next + 1));
                    Enter(top.Call.Inputs[top.Next]);
                }
                else
                {
                    order.Add(top.Call);
                }
            }
        }
        return order;

        void Enter(Node node)
        {
            if (node.Call is not { } call)
            {
                if (seen.Add(node))
                {
                    order.Add(node);
                }
            }
            else if (seen.Add(call))
            {
                left.Push((call, 0));
            }
        }
    }

    private static List<object> ByDepth(List<object> order)
    {
        // Of calls and inputs, and of layers and inputs.
        var (depths, ofRows) = (new Dictionary<object, int>(), new Dictionary<object, int>());
        foreach (var one in Enumerable.Reverse(order))
        {
            var row = RowOf(one);
            var depth = Math.Max(depths.GetValueOrDefault(one), ofRows.GetValueOrDefault(row));
            (depths[one], ofRows[row]) = (depth, depth);
            foreach (var before in (one as NodeCall)?.Inputs ?? [])
            {
                var source = (object?)before.Call ?? before;
                depths[source] = Math.Max(depth + 1, depths.GetValueOrDefault(source));
            }
        }
        return [.. order.Select(RowOf).Distinct().OrderByDescending(row => ofRows[row])];

        static object RowOf(object one) => one is NodeCall call ? call.Layer : one;
    }

    private void GiveNames()
    {
        var taken = Inputs.Where(input => input.HasName).Select(input => input.Name)
            .Concat(Layers.Where(layer => layer.HasGivenName).Select(layer => layer.Name)).ToList();
        if (taken.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } doubled)
        {
            throw new ArgumentException(
                $"Two layers or inputs of the model are named '{doubled.Key}'. Give each a name of its own.", "outputs");
        }
        if (Layers.FirstOrDefault(outer => Nesting.AllOf(outer).Skip(1).Any(inner => Layers.Contains(inner))) is { } around)
        {
            var inner = Layers.First(layer => layer != around && Nesting.AllOf(around).Contains(layer));
            throw new ArgumentException(
                $"{inner.Title} is used in the graph and is inside {around.Title} too. Use it in one way, or make a second layer.",
                "outputs");
        }
        var names = taken.ToHashSet();
        foreach (var input in Inputs.Where(input => !input.HasName))
        {
            input.GiveName(Numbered(Input.DefaultName));
        }
        foreach (var layer in Layers.Where(layer => !layer.HasGivenName))
        {
            layer.GiveName(Numbered(layer.DefaultName));
        }

        string Numbered(string name)
        {
            for (var i = 1; ; i++)
            {
                var numbered = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
                if (names.Add(numbered))
                {
                    return numbered;
                }
            }
        }
    }
}
