namespace EchoLstm.Layers;

internal sealed record SpatialDropout1DSettings : LayerSettings
{
    public required double Rate { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title)
    {
        StepShapes.CheckRank(input, title);
        return input;
    }
}

internal sealed record GaussianNoiseSettings : LayerSettings
{
    public required double Stddev { get; init; }

    internal override string? StreamObstacle => null;

    internal override Shape OutputShape(Shape input, string title) => input;
}
