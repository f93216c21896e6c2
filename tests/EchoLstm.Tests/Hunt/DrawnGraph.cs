namespace EchoLstm.Tests.Hunt;

/// <summary>
/// Graphs: layers on nodes, merged, used more than once, their states handed on; of several inputs and outputs, and within one another.
/// </summary>
internal static class DrawnGraph
{
    private const int Attempts = 6;

    internal static DrawnModel Any(Draw draw, int classes, long[] input)
    {
        var seed = draw.Below(int.MaxValue);
        List<long[]> samples = [input];
        if (draw.Chance(0.4))
        {
            samples.Add(draw.Chance(0.6) && classes == 0 ? input : [input[0], draw.Between(1, 3)]);
        }
        List<string> text = [];
        try
        {
            using var made = Grown(new Draw(seed, 0), samples, classes, text);
            var graph = made.Graph;
            return new(
                new(string.Join("; ", text), Make),
                [.. graph.Inputs.Select(node => Sized(node.Shape, input[0]))],
                [.. graph.Outputs.Select(node => Sized(node.Shape, input[0]))],
                classes);
        }
        catch (Exception)
        {
            return new(new(string.Join("; ", text), Make), [.. samples], [[1]], classes);
        }

        // The same draws, and so the same graph, of other layers.
        Layer Make() => Grown(new Draw(seed, 0), samples, classes, []);
    }

    private static FunctionalModel Grown(Draw draw, IReadOnlyList<long[]> samples, int classes, List<string> text)
    {
        var open = draw.Chance(0.3);
        var inputs = samples.Select(shape => (Node)new Input(open && shape.Length > 1 ? [-1, .. shape[1..]] : shape)).ToList();
        text.Add($"inputs {string.Join(", ", inputs)}");
        List<Node> nodes = [.. inputs];
        List<Layer> layers = [];
        if (classes > 0)
        {
            nodes.Add(Applied(AsLayer(DrawnLayers.Embedding(draw, classes), layers, text), [nodes[0]], text));
        }
        for (var left = draw.Between(1, 4); left > 0; left--)
        {
            nodes.AddRange(Fitting(draw, nodes, layers, text));
        }
        // Mostly all that nothing reads, and the inputs that lead to it.
        var outputs = draw.Chance(0.05) ? [draw.Of(nodes)] : Unread(nodes).Where((node, i) => node is not Input && (i == 0 || draw.Chance(0.5))).ToList();
        var needed = draw.Chance(0.95) ? [.. inputs.Where(outputs.SelectMany(Above).Contains)] : inputs;
        text.Add($"new FunctionalModel([{string.Join(", ", needed)}], [{string.Join(", ", outputs)}])");
        var model = new FunctionalModel(needed, outputs) { Seed = 1 };
        if (!draw.Chance(0.1))
        {
            return model;
        }
        text.Add("as the only layer of another");
        var (outer, shapes) = (needed.Select(node => (Node)new Input([.. node.Shape.Skip(1).Select(length => length ?? -1)])).ToList(), outputs.Count);
        return new FunctionalModel(outer, shapes == 1 && outer.Count == 1 ? [model.Apply(outer[0])] : model.ApplyMany([.. outer]));
    }

    // A use of a layer that fits, mostly; else one that does not.
    private static IReadOnlyList<Node> Fitting(Draw draw, List<Node> nodes, List<Layer> layers, List<string> text)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (known, said, wrongOne) = (layers.Count, text.Count, attempt == Attempts || draw.Chance(0.02));
            try
            {
                return Use(draw, nodes, layers, text);
            }
            catch (Exception) when (!wrongOne)
            {
                layers.RemoveRange(known, layers.Count - known);
                text.RemoveRange(said, text.Count - said);
            }
        }
    }

    private static IReadOnlyList<Node> Use(Draw draw, List<Node> nodes, List<Layer> layers, List<string> text)
    {
        Node Pick() => draw.Chance(0.6) ? draw.Of(Unread(nodes)) : draw.Of(nodes);

        switch (draw.Below(10))
        {
            case 0 or 1 or 2:
                var merging = AsLayer(DrawnLayers.Merging(draw), layers, text);
                return [Applied(merging, [.. Enumerable.Range(0, draw.Mostly(2, 1, 3)).Select(_ => Pick())], text)];
            case 3:
                return WithState(draw, Pick(), [.. nodes.Where(node => node.Index > 0)], layers, text);
            case 4 when layers.Count > 0:
                return [Applied(draw.Of(layers), [Pick()], text)];
            default:
                return [Applied(AsLayer(DrawnLayers.Any(draw), layers, text), [Pick()], text)];
        }
    }

    private static Node[] WithState(Draw draw, Node input, List<Node> states, List<Layer> layers, List<string> text)
    {
        var layer = AsLayer(draw.Chance(0.2) ? DrawnLayers.Bidirectional(draw) : DrawnLayers.Recurrent(draw), layers, text);
        var initial = states.Count > 0 && draw.Chance(0.6) ? states.TakeLast(draw.Mostly(states[^1].Index, 0, 1)).ToList() : null;
        text.Add($"{layer.Name}.ApplyWithState({input}, {(initial is null ? "null" : string.Join(", ", initial))})");
        var (output, after) = layer is Bidirectional both ? both.ApplyWithState(input, initial) : ((RecurrentLayer)layer).ApplyWithState(input, initial);
        return [output, .. after];
    }

    private static Layer AsLayer(Recipe<torch.nn.Module<torch.Tensor, torch.Tensor>> recipe, List<Layer> layers, List<string> text)
    {
        text.Add($"{recipe}");
        var made = recipe.Make();
        layers.Add(made as Layer ?? new ModuleLayer(made));
        return layers[^1];
    }

    private static Node Applied(Layer layer, Node[] inputs, List<string> text)
    {
        text.Add($"{layer.Name}.Apply({string.Join(", ", (object[])inputs)})");
        return layer.Apply(inputs);
    }

    private static List<Node> Unread(IReadOnlyList<Node> nodes) =>
        [.. nodes.Where(node => !nodes.Any(other => other.Call?.Inputs.Contains(node) == true)).Reverse()];

    private static IEnumerable<Node> Above(Node node) => node.Call is null ? [node] : node.Call.Inputs.SelectMany(Above);

    private static long[] Sized(Shape shape, long open) => [.. shape.Skip(1).Select(length => length ?? open)];
}
