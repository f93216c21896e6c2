namespace EchoLstm.Layers;

/// <summary>A height and a width, e.g. of a window over pictures: <c>3</c> for a square, or <c>(3, 5)</c>.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct Size2D(int Height, int Width)
{
    /// <summary>A square.</summary>
    /// <param name="length">Its height and width.</param>
    public static implicit operator Size2D(int length) => new(length, length);

    /// <summary>A height and a width.</summary>
    /// <param name="size">Both.</param>
    public static implicit operator Size2D((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>As files have it.</summary>
    internal IReadOnlyList<int> Pair => [Height, Width];

    /// <summary>From what a file has.</summary>
    /// <exception cref="ArgumentException">It is no pair.</exception>
    internal static Size2D Of(IReadOnlyList<int> pair, string name) => pair.Count == 2
        ? new(pair[0], pair[1])
        : throw new ArgumentException($"{name} has {pair.Count} numbers, expected two.", name);
}
