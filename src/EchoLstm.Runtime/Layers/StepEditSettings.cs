namespace EchoLstm.Layers;

/// <summary>A layer whose output steps are input steps, or zeros.</summary>
internal abstract record StepEditSettings : LayerSettings
{
    internal override string? StreamObstacle => "gives other time steps than it gets";

    internal override Shape OutputShape(Shape input, string title)
    {
        StepShapes.CheckRank(input, title);
        return new Shape(input[0], Count(input, title), input[2]);
    }

    /// <summary>The number of output steps; null where that of the input is not known.</summary>
    /// <exception cref="ShapeMismatchException">The input is too short.</exception>
    private protected abstract long? Count(Shape input, string title);

    /// <summary>A number for the front and one for behind, from what a file has.</summary>
    private protected static (int Before, int After) Both(IReadOnlyList<int> pair, string name) =>
        pair.Count == 2 ? (pair[0], pair[1]) : throw new ArgumentException($"{name} has {pair.Count} numbers, expected two.", name);

    /// <summary>Which input step an output step is; below 0 or behind the last one for zeros.</summary>
    internal abstract long Source(long step);
}

internal sealed record UpSampling1DSettings : StepEditSettings
{
    public int Size { get; init; } = 2;

    private protected override long? Count(Shape input, string title) => input[1] * Size;

    internal override long Source(long step) => step / Size;
}

internal sealed record ZeroPadding1DSettings : StepEditSettings
{
    public required IReadOnlyList<int> Padding { get; init; }

    internal (int Before, int After) Ends => Both(Padding, "padding");

    private protected override long? Count(Shape input, string title) => input[1] + Ends.Before + Ends.After;

    internal override long Source(long step) => step - Padding[0];
}

internal sealed record Cropping1DSettings : StepEditSettings
{
    public required IReadOnlyList<int> Cropping { get; init; }

    internal (int Before, int After) Ends => Both(Cropping, "cropping");

    private protected override long? Count(Shape input, string title)
    {
        var cut = (long)Ends.Before + Ends.After;
        return input[1] is { } steps && steps <= cut
            ? throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"{title} cuts off {Cropping[0]} time steps before and {Cropping[1]} behind, "
                    + $"so it expects at least {cut + 1} but received {input}. Give it longer sequences, or cut off fewer steps."),
                string.Create(CultureInfo.InvariantCulture, $"(samples, {cut + 1} or more, features)"),
                input.ToString())
            : input[1] - cut;
    }

    internal override long Source(long step) => step + Cropping[0];
}
