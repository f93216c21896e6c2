namespace EchoLstm.Onnx;

/// <summary>
/// Masks in a graph. ONNX's recurrent operators know sequences that are padded behind, by their lengths. So the steps that are there are
/// moved to the front, in their order; what the operator made of them is taken from there by each step again: a masked one takes what the
/// last one before it took. That is what Keras makes of a mask, wherever its holes are.
/// </summary>
internal sealed class MaskNodes(OnnxGraph graph)
{
    private readonly Dictionary<string, Places> _places = [];

    /// <summary>The steps that either leaves out are out.</summary>
    internal OnnxMask Both(OnnxMask own, OnnxMask? given) => given is null ? own : new(
        graph.Op("And", [own.Name, Widened(given.Name, given.Rank, own.Rank)]), own.Rank);

    /// <summary>Which of a sample's first steps are there, from their number.</summary>
    internal OnnxMask OfLengths(string input, string lengths)
    {
        var count = graph.Op("Gather", [graph.Op("Shape", [input]), graph.Integer(1)]);
        var steps = graph.Op("Range", [graph.Integer(0), count, graph.Integer(1)]);
        return new(graph.Op("Less", [graph.Unsqueeze(steps, 0), graph.Unsqueeze(lengths, 1)]), 2, EndsBehind: true);
    }

    /// <summary>Whether any inner step is there: (samples, time steps, ...) to (samples, time steps).</summary>
    internal OnnxMask OfSteps(OnnxMask mask) =>
        mask.Rank == 2 ? mask : new(Any(mask.Name, keep: false, [.. Enumerable.Range(2, mask.Rank - 2).Select(axis => (long)axis)]), 2);

    /// <summary>Whether a boolean is true anywhere along axes.</summary>
    internal string Any(string mask, bool keep, params long[] axes) =>
        graph.Cast(graph.Reduce("ReduceMax", graph.Cast(mask, OnnxGraph.Float), keep, axes), OnnxGraph.Bool);

    /// <summary>1 for each step that is there, with an axis of features: what zeros the others.</summary>
    internal string Factor(OnnxMask mask) => graph.Cast(graph.Unsqueeze(mask.Name, mask.Rank), OnnxGraph.Float);

    /// <summary>A mask with axes of length 1 behind.</summary>
    internal string Widened(string mask, int rank, int wanted) =>
        rank == wanted ? mask : graph.Unsqueeze(mask, [.. Enumerable.Range(rank, wanted - rank).Select(axis => (long)axis)]);

    /// <summary>The steps that are there, moved to the front.</summary>
    internal string ToFront(string x, OnnxMask mask) => mask.EndsBehind ? x : Taken(x, Of(mask).Order);

    /// <summary>How many steps of each sample are there, at least 1: the operators make what they like of none.</summary>
    internal string Lengths(OnnxMask mask) => Of(mask).Lengths;

    /// <summary>What the operator made of the steps at the front, for each step where it is; where nothing was read yet, the first
    /// state.</summary>
    internal string Back(string y, OnnxMask mask, bool backwards, string? state)
    {
        var places = Of(mask);
        var (source, isThere) = backwards ? places.Backward : places.Forward;
        var first = state is null ? graph.Number(0) : graph.Unsqueeze(state, 1);
        return graph.Op("Where", [graph.Unsqueeze(isThere, 2), Taken(y, source), first]);
    }

    /// <summary>A state after the last step: the first one, where a sample has no step.</summary>
    internal string After(string after, OnnxMask mask, string? state) =>
        graph.Op("Where", [graph.Unsqueeze(Of(mask).HasSteps, 1), after, state ?? graph.Number(0)]);

    // The steps of these numbers: (samples, steps, features) by (samples, steps).
    private string Taken(string x, string steps) =>
        graph.Op("GatherElements", [x, graph.Op("Expand", [graph.Unsqueeze(steps, 2), graph.Op("Shape", [x])])], ("axis", 1L));

    // The same for all layers behind one mask.
    private Places Of(OnnxMask mask)
    {
        if (_places.TryGetValue(mask.Name, out var known))
        {
            return known;
        }
        var used = graph.Cast(mask.Name, OnnxGraph.Int64);
        var so = graph.Op("CumSum", [used, graph.Integer(1)]); // how many are there up to a step, itself included
        var total = graph.Reduce("ReduceSum", used, keep: true, 1); // (samples, 1)
        var zero = graph.Integer(0);
        var count = graph.Lengths(mask.Name, 1, 2);
        var last = graph.Op("Sub", [count, graph.Integer(1)]);
        var order = "";
        if (!mask.EndsBehind)
        {
            // Those that are there get the largest keys, earlier ones larger ones.
            var steps = graph.Op("Range", [zero, graph.Squeeze(count, 0), graph.Integer(1)]);
            var keys = graph.Op("Sub", [graph.Op("Mul", [used, count]), steps]);
            order = graph.Ops("TopK", [keys, count], 2, ("axis", 1L), ("largest", 1L), ("sorted", 1L))[1];
        }
        var before = graph.Op("Sub", [so, used]);
        return _places[mask.Name] = new(
            order,
            graph.Cast(graph.Squeeze(graph.Op("Max", [total, graph.Integer(1)]), 1), OnnxGraph.Int32),
            graph.Squeeze(graph.Op("Greater", [total, zero]), 1),
            (graph.Op("Max", [graph.Op("Sub", [so, graph.Integer(1)]), zero]), graph.Op("Greater", [so, zero])),
            (graph.Op("Min", [before, last]), graph.Op("Less", [before, total])));
    }

    /// <summary>Where the steps of a mask are.</summary>
    /// <param name="Order">The numbers of those that are there, then the others'; "" where they lie so.</param>
    /// <param name="Lengths">How many are there, at least 1.</param>
    /// <param name="HasSteps">Whether any is.</param>
    /// <param name="Forward">For each step the place of the last that is there up to it, and whether there is one.</param>
    /// <param name="Backward">For each step the place of the first that is there from it on, and whether there is one.</param>
    private sealed record Places(
        string Order, string Lengths, string HasSteps, (string Source, string IsThere) Forward, (string Source, string IsThere) Backward);
}
