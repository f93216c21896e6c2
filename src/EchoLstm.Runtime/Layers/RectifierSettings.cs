namespace EchoLstm.Layers;

internal sealed record LeakyReluSettings : LayerSettings
{
    public double NegativeSlope { get; init; } = 0.3;

    internal override string KerasClass => "LeakyReLU";

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input;
}

internal sealed record EluSettings : LayerSettings
{
    public double Alpha { get; init; } = 1;

    internal override string KerasClass => "ELU";

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input;
}

internal sealed record PReluSettings : LayerSettings
{
    /// <summary>The axes along which one number serves all, counted from 1, as the samples are 0.</summary>
    public IReadOnlyList<int> SharedAxes { get; init; } = [];

    public Regularizer? AlphaRegularizer { get; init; }

    internal override string KerasClass => "PReLU";

    internal override string? StreamObstacle =>
        SharedAxes.Contains(1) ? null : "has a number for each time step (with sharedAxes: [1] it has not)";

    internal override Shape OutputShape(Shape input, string title)
    {
        if (input.Rank < 2 || SharedAxes.Any(axis => axis >= input.Rank))
        {
            var least = Math.Max(2, SharedAxes.DefaultIfEmpty(0).Max() + 1);
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"{title}{(SharedAxes.Count == 0 ? "" : $" shares along the axes "
                    + $"{string.Join(", ", SharedAxes)}, so it")} expects input of rank {least} or more but received {input}. "
                    + $"{(input.Rank < 2 ? "Reshape single numbers to (samples, 1)." : "Share fewer axes.")}"),
                string.Create(CultureInfo.InvariantCulture, $"rank {least} or more"),
                input.ToString());
        }
        return input;
    }

    /// <summary>The shape of alpha: the input's without the samples, 1 along shared axes; null where a length is not known.</summary>
    internal IEnumerable<long?> AlphaShape(Shape input) => input.Skip(1).Select((length, i) => SharedAxes.Contains(i + 1) ? 1 : length);

    internal override IEnumerable<WeightSpec> Weights(Shape input) =>
        [new("alpha", [.. AlphaShape(input).Select((length, i) => length ?? throw Unknown(input, Title, i + 1))])];

    internal static ShapeMismatchException Unknown(Shape input, string title, int axis) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{title} has a number for each place of axis {axis} but received {input}, whose length there is not known. Give that length "
                + $"at Build, or share along the axis: sharedAxes: [{axis}]."),
        "(samples, ...) with lengths that are known",
        input.ToString());
}
