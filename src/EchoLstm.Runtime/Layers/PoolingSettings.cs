namespace EchoLstm.Layers;

internal sealed record AveragePooling1DSettings : LayerSettings
{
    public required int PoolSize { get; init; }

    public required int Strides { get; init; }

    public StepPadding Padding { get; init; }

    internal StepWindows Windows => new(PoolSize, Strides, Padding);

    internal override Shape OutputShape(Shape input, string title) => Windows.OutputShape(input, title, input.Last);
}

/// <summary>A layer that makes one vector a sample of all its time steps.</summary>
internal abstract record GlobalPooling1DSettings : LayerSettings
{
    public bool Keepdims { get; init; }

    internal override Shape OutputShape(Shape input, string title)
    {
        StepShapes.Check(input, title, "sums up");
        return Keepdims ? new Shape(input[0], 1, input[2]) : new Shape(input[0], input[2]);
    }
}

internal sealed record GlobalAveragePooling1DSettings : GlobalPooling1DSettings;

internal sealed record GlobalMaxPooling1DSettings : GlobalPooling1DSettings;

/// <summary>A layer that slides a window over pictures and makes one number a feature of each.</summary>
internal abstract record Pooling2DSettings : LayerSettings
{
    public required IReadOnlyList<int> PoolSize { get; init; }

    public required IReadOnlyList<int> Strides { get; init; }

    public StepPadding Padding { get; init; }

    internal PlaneWindows Windows => new(PoolSize, Strides, Padding);

    internal override Shape OutputShape(Shape input, string title) => Windows.OutputShape(input, title, input.Last);
}

internal sealed record MaxPooling2DSettings : Pooling2DSettings;

internal sealed record AveragePooling2DSettings : Pooling2DSettings;

/// <summary>A layer that makes one vector a picture.</summary>
internal abstract record GlobalPooling2DSettings : LayerSettings
{
    public bool Keepdims { get; init; }

    internal override Shape OutputShape(Shape input, string title)
    {
        PlaneWindows.CheckRank(input, title);
        return input[1] == 0 || input[2] == 0
            ? throw new ShapeMismatchException(
                $"{title} expects pictures of at least 1 row and 1 column but received {input}. Leave out samples that have none.",
                PlaneWindows.Expected,
                input.ToString())
            : Keepdims ? new Shape(input[0], 1, 1, input[3]) : new Shape(input[0], input[3]);
    }
}

internal sealed record GlobalAveragePooling2DSettings : GlobalPooling2DSettings;

internal sealed record GlobalMaxPooling2DSettings : GlobalPooling2DSettings;
