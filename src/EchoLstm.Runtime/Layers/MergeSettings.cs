namespace EchoLstm.Layers;

/// <summary>A layer that puts several tensors together; a model that is a graph gives them.</summary>
internal abstract record MergeSettings : LayerSettings
{
    internal override string? StreamObstacle => null;

    /// <summary>An axis for an input of a rank, counted from the front; null where it is none.</summary>
    internal static int? AxisOf(int axis, int rank) => axis switch
    {
        < 0 when rank + axis > 0 => rank + axis,
        > 0 when axis < rank => axis,
        _ => null,
    };

    internal sealed override Shape OutputShape(Shape input, string title) => throw TooFew([input], title);

    internal sealed override IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputs, string title) =>
        inputs.Count < 2 ? throw TooFew(inputs, title) : [Merged(inputs, title)];

    private protected abstract Shape Merged(IReadOnlyList<Shape> inputs, string title);

    private protected static ShapeMismatchException Unfit(IReadOnlyList<Shape> inputs, string title, string expected, string advice)
    {
        var received = string.Join(", ", inputs);
        return new ShapeMismatchException($"{title} expects {expected} but received {received}. {advice}", expected, received);
    }

    private static ShapeMismatchException TooFew(IReadOnlyList<Shape> inputs, string title) => Unfit(
        inputs,
        title,
        "two or more inputs",
        "It puts tensors together: apply it to nodes of a graph, e.g. new Add().Apply(a, b), in a FunctionalModel.");
}

/// <summary>A layer that merges number by number, shapes that are equal or as Keras broadcasts them.</summary>
internal abstract record ElementwiseSettings : MergeSettings
{
    private protected override Shape Merged(IReadOnlyList<Shape> inputs, string title)
    {
        var merged = inputs[0];
        foreach (var next in inputs.Skip(1))
        {
            merged = Broadcast(merged, next) ?? throw Unfit(
                inputs, title, "inputs of one shape, or with axes of length 1 in place of others'",
                "Give them as many features with a Dense, or put them side by side with Concatenate.");
        }
        return merged;
    }

    // As in Keras, one of fewer axes gets axes of length 1 behind the samples.
    private static Shape? Broadcast(Shape one, Shape other)
    {
        var rank = Math.Max(one.Rank, other.Rank);
        if (one.Rank == 0 || other.Rank == 0)
        {
            return null;
        }
        var axes = new long?[rank];
        for (var i = 0; i < rank; i++)
        {
            var (a, b) = (LengthOf(one, i, rank), LengthOf(other, i, rank));
            if (a is { } x && b is { } y && x != y && (i == 0 || (x != 1 && y != 1)))
            {
                return null;
            }
            axes[i] = i > 0 && a == 1 ? b : i > 0 && b == 1 ? a : a ?? b;
        }
        return new Shape(axes);
    }

    private static long? LengthOf(Shape shape, int axis, int rank) =>
        axis == 0 ? shape[0] : axis < rank - shape.Rank + 1 ? 1 : shape[axis - (rank - shape.Rank)];
}

internal sealed record AddSettings : ElementwiseSettings;

internal sealed record SubtractSettings : ElementwiseSettings
{
    private protected override Shape Merged(IReadOnlyList<Shape> inputs, string title) => inputs.Count == 2
        ? base.Merged(inputs, title)
        : throw Unfit(inputs, title, "two inputs", "It takes the second from the first; apply it twice for more.");
}

internal sealed record MultiplySettings : ElementwiseSettings;

internal sealed record AverageSettings : ElementwiseSettings;

internal sealed record MaximumSettings : ElementwiseSettings;

internal sealed record MinimumSettings : ElementwiseSettings;

internal sealed record ConcatenateSettings : MergeSettings
{
    public int Axis { get; init; } = -1;

    // Of a sequence.
    internal override string? StreamObstacle => Axis is 1 or -2 ? "puts whole sequences behind each other" : null;

    private protected override Shape Merged(IReadOnlyList<Shape> inputs, string title)
    {
        if (AxisOf(Axis, inputs[0].Rank) is not { } axis)
        {
            throw Unfit(
                inputs, title, string.Create(CultureInfo.InvariantCulture, $"inputs that have the axis {Axis}, which is not the samples'"),
                "Count axes from 1, or from the last, which is -1.");
        }
        var merged = inputs[0];
        foreach (var next in inputs.Skip(1))
        {
            if (next.Rank != merged.Rank || !next.With(axis, null).Accepts(merged.With(axis, null)))
            {
                throw Unfit(
                    inputs, title, string.Create(CultureInfo.InvariantCulture, $"inputs that differ in axis {axis} alone"),
                    "Repeat a vector for each step with RepeatVector, or take the last step of a sequence alone.");
            }
            merged = new Shape([.. merged.Select((length, i) => i == axis ? length + next[i] : length ?? next[i])]);
        }
        return merged;
    }
}

internal sealed record DotSettings : MergeSettings
{
    public required int FirstAxis { get; init; }

    public required int SecondAxis { get; init; }

    public bool Normalize { get; init; }

    internal override string? StreamObstacle => "multiplies each step with every other";

    private protected override Shape Merged(IReadOnlyList<Shape> inputs, string title)
    {
        if (inputs.Count != 2)
        {
            throw Unfit(inputs, title, "two inputs", "Apply it to pairs.");
        }
        var (one, other) = (inputs[0], inputs[1]);
        if (AxisOf(FirstAxis, one.Rank) is not { } first || AxisOf(SecondAxis, other.Rank) is not { } second
            || (one[first] is { } a && other[second] is { } b && a != b))
        {
            throw Unfit(
                inputs, title,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"inputs whose axes {FirstAxis} and {SecondAxis} are of one length and not the samples'"),
                "Count axes from 1, or from the last, which is -1.");
        }
        long?[] axes = [one[0] ?? other[0], .. one.Where((_, i) => i > 0 && i != first), .. other.Where((_, i) => i > 0 && i != second)];
        return axes.Length == 1 ? new Shape(axes[0], 1) : new Shape(axes);
    }
}
