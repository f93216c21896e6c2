using System.Globalization;
using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>What goes from one layer of a drawn model to the next: the time steps of a sequence, or one vector.</summary>
/// <param name="Shape">Its shape, samples first.</param>
/// <param name="From">The layer that it leaves; null at the model's input.</param>
/// <param name="To">The layer that reads it; null at the model's output.</param>
internal sealed record FramingSignal(Shape Shape, Layer? From, Layer? To)
{
    private const int MostDrawn = 5;

    /// <summary>Whether its axis 1 is time.</summary>
    internal bool IsSequence { get; } = Shape.Rank switch
    {
        3 => true,
        > 3 => From is TimeDistributed || To is TimeDistributed,
        2 => To?.IndexReader is not null,
        _ => false,
    };

    /// <summary>One or many, as a framing is called.</summary>
    internal string Count => IsSequence && Shape[1] != 1 ? "many" : "one";

    /// <summary>What it is, in words.</summary>
    internal string Words => (IsSequence, Shape.Rank) switch
    {
        (true, _) when Shape[1] is { } steps => string.Create(CultureInfo.InvariantCulture, $"{steps} step{(steps == 1 ? "" : "s")}"),
        (true, _) => "any number of steps",
        (false, > 2) => $"an array of {new Shape([.. Shape.Skip(1)])}",
        (false, 2) when Shape.Last is > 1 and { } size => string.Create(CultureInfo.InvariantCulture, $"a vector of {size}"),
        _ => "1 value",
    };

    /// <summary>The numbers of the steps that are drawn, or that of the only place: the first and the last, null for a gap.</summary>
    /// <param name="endsWhole">Whether the last steps are drawn rather than the first: behind a layer that reads backwards.</param>
    internal IReadOnlyList<string?> Steps(bool endsWhole = false) => IsSequence ? Numbers(Shape[1], endsWhole) : ["1"];

    /// <summary>The numbers of a vector's values, as far as they are drawn.</summary>
    internal IReadOnlyList<string?> Parts =>
        !IsSequence && Shape.Rank == 2 && Shape.Last is > 1 and { } size ? Numbers(size, endsWhole: false) : ["1"];

    private static string?[] Numbers(long? count, bool endsWhole)
    {
        string Last(long before) => count is { } known ? (known - before).ToString(CultureInfo.InvariantCulture)
            : before == 0 ? "n" : string.Create(CultureInfo.InvariantCulture, $"n-{before}");
        return count <= MostDrawn ? [.. Enumerable.Range(1, (int)count).Select(i => Last(count.Value - i))]
            : endsWhole ? ["1", null, Last(2), Last(1), Last(0)] : ["1", "2", "3", null, Last(0)];
    }
}
