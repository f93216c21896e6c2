using EchoLstm.Layers;

namespace EchoLstm.Onnx;

/// <summary>Layers that put several values together, by plain operators.</summary>
internal sealed class MergeNodes(OnnxGraph graph, MaskNodes masks)
{
    private const float Smallest = 1e-12f; // as Dot has it

    internal OnnxValue Layer(MergeSettings layer, OnnxValue[] inputs)
    {
        var shape = layer.OutputShapes([.. inputs.Select(input => input.Shape)], layer.Title)[0];
        return layer switch
        {
            ConcatenateSettings concatenate => Concatenate(concatenate, inputs, shape),
            DotSettings dot => new(Dot(dot, inputs), shape, null),
            _ => WithMask(Elementwise(layer, [.. inputs.Select(input => Widened(input, shape.Rank))]), inputs, shape),
        };
    }

    // As in Keras, one of fewer axes gets axes of length 1 behind the samples.
    private string Widened(OnnxValue input, int rank) => input.Shape.Rank == rank ? input.Name
        : graph.Unsqueeze(input.Name, [.. Enumerable.Range(1, rank - input.Shape.Rank).Select(axis => (long)axis)]);

    private string Elementwise(MergeSettings layer, string[] inputs) => layer switch
    {
        AddSettings => graph.Main("Sum", inputs),
        SubtractSettings => graph.Main("Sub", inputs),
        MultiplySettings => inputs.Skip(1).Aggregate(inputs[0], (product, input) => graph.Main("Mul", [product, input])),
        AverageSettings => graph.Main("Mean", inputs),
        MaximumSettings => graph.Main("Max", inputs),
        MinimumSettings => graph.Main("Min", inputs),
        _ => throw OnnxExport.Refused(layer, "has no form in ONNX here", "Make it of other layers"),
    };

    // A step is there where it is there in every input that has a mask; there are as many as the output has.
    private OnnxValue WithMask(string output, OnnxValue[] inputs, Shape shape)
    {
        OnnxMask[] given = [.. inputs.Select(input => input.Mask).OfType<OnnxMask>().OrderByDescending(mask => mask.Rank)];
        if (given.Length == 0)
        {
            return new(output, shape, null);
        }
        var all = given.Skip(1).Aggregate(given[0], (both, mask) => masks.Both(both, mask));
        var hasAllSteps = inputs.All(input => input.Mask is null || input.Shape.Take(all.Rank).SequenceEqual(shape.Take(all.Rank)));
        return new(output, shape, hasAllSteps ? all : new(graph.Op("Expand", [all.Name, graph.Lengths(output, 0, all.Rank)]), all.Rank));
    }

    private OnnxValue Concatenate(ConcatenateSettings layer, OnnxValue[] inputs, Shape shape)
    {
        var axis = MergeSettings.AxisOf(layer.Axis, shape.Rank)!.Value;
        var output = graph.Main("Concat", [.. inputs.Select(input => input.Name)], ("axis", (long)axis));
        var axes = inputs.Max(input => input.Mask?.Rank ?? 0);
        if (axes == 0 || axis >= axes)
        {
            return WithMask(output, inputs, shape);
        }
        string[] parts = [.. inputs.Select(Whole)];
        return new(output, shape, new(graph.Op("Concat", parts, ("axis", (long)axis)), axes));

        string Whole(OnnxValue input)
        {
            var lengths = graph.Lengths(input.Name, 0, axes);
            return input.Mask is { } mask ? graph.Op("Expand", [masks.Widened(mask.Name, mask.Rank, axes), lengths])
                : graph.Cast(graph.Op("Expand", [graph.Number(1), lengths]), OnnxGraph.Bool);
        }
    }

    private string Dot(DotSettings layer, OnnxValue[] inputs)
    {
        var (one, other) = (inputs[0], inputs[1]);
        var (first, second) = (Turned(one, layer.FirstAxis), Turned(other, layer.SecondAxis));
        var product = graph.Main(
            "MatMul", [Rows(first, one.Shape.Rank, layer), graph.Transpose(Rows(second, other.Shape.Rank, layer), 0, 2, 1)]);
        if (one.Shape.Rank > 3 || other.Shape.Rank > 3)
        {
            string[] lengths = [graph.Lengths(first, 0, one.Shape.Rank - 1), graph.Lengths(second, 1, other.Shape.Rank - 1)];
            return graph.Op("Reshape", [product, graph.Op("Concat", lengths, ("axis", 0L))]);
        }
        // Of two vectors one axis stays.
        return other.Shape.Rank == 2 ? graph.Squeeze(product, 2) : one.Shape.Rank == 2 ? graph.Squeeze(product, 1) : product;
    }

    // The axis last.
    private string Turned(OnnxValue input, int axis)
    {
        var place = MergeSettings.AxisOf(axis, input.Shape.Rank)!.Value;
        return place == input.Shape.Rank - 1 ? input.Name : graph.Transpose(
            input.Name, [.. Enumerable.Range(0, input.Shape.Rank).Where(i => i != place).Append(place).Select(i => (long)i)]);
    }

    // (samples, all other axes as one, the axis).
    private string Rows(string turned, int rank, DotSettings layer)
    {
        var rows = rank switch
        {
            2 => graph.Unsqueeze(turned, 1),
            3 => turned,
            _ => graph.Op("Reshape", [
                turned,
                graph.Op("Concat", [graph.Lengths(turned, 0, 1), graph.Integers(-1), graph.Lengths(turned, rank - 1)], ("axis", 0L)),
            ]),
        };
        if (!layer.Normalize)
        {
            return rows;
        }
        var squares = graph.Reduce("ReduceSum", graph.Op("Mul", [rows, rows]), keep: true, -1);
        return graph.Op("Div", [rows, graph.Op("Sqrt", [graph.Op("Max", [squares, graph.Number(Smallest)])])]);
    }
}
