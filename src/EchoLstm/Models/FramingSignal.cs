using System.Globalization;
using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>What goes from one layer of a drawn model to the next: the time steps of a sequence, or one vector.</summary>
/// <param name="Shape">Its shape, samples first.</param>
/// <param name="IsSequence">Whether its axis 1 is time.</param>
/// <param name="Slots">The places that it is drawn in: those of the first steps and the last, with a gap where there are too many; one for a vector.</param>
internal sealed record FramingSignal(Shape Shape, bool IsSequence, IReadOnlyList<FramingSlot> Slots)
{
    internal const int MostSlots = 5;

    /// <summary>The number of time steps; null where it may vary, and for a vector.</summary>
    internal long? Steps => IsSequence ? Shape[1] : null;

    /// <summary>Whether it is more than one step.</summary>
    internal bool IsMany => IsSequence && Steps != 1;

    /// <summary>Whether axis 1 of what goes from one layer to another is time; either is null at the model's ends.</summary>
    internal static bool HasSteps(Shape shape, Layer? from, Layer? to) => shape.Rank switch
    {
        3 => true,
        > 3 => from is TimeDistributed || to is TimeDistributed,
        2 => to?.IndexReader is not null,
        _ => false,
    };

    /// <summary>How many places a sequence of this length takes.</summary>
    internal static int SlotCount(long? steps) => (int)Math.Min(steps ?? MostSlots, MostSlots);

    /// <summary>The numbers of the steps that are drawn; null for the gap.</summary>
    /// <param name="steps">How many there are; null where that may vary.</param>
    /// <param name="endsWhole">Whether the last steps are drawn rather than the first: for a layer that reads backwards.</param>
    internal static IReadOnlyList<string?> StepNumbers(long? steps, bool endsWhole = false)
    {
        if (steps <= MostSlots)
        {
            return [.. Enumerable.Range(1, (int)steps).Select(step => step.ToString(CultureInfo.InvariantCulture))];
        }
        string Last(int before) => steps is { } known
            ? (known - before).ToString(CultureInfo.InvariantCulture)
            : before == 0 ? "n" : string.Create(CultureInfo.InvariantCulture, $"n-{before}");
        return endsWhole ? ["1", null, Last(2), Last(1), Last(0)] : ["1", "2", "3", null, Last(0)];
    }

    /// <summary>What it is, in words.</summary>
    internal string Words => IsSequence
        ? Steps switch
        {
            null => "any number of steps",
            1 => "1 step",
            var steps => string.Create(CultureInfo.InvariantCulture, $"{steps} steps"),
        }
        : Shape.Rank > 2 ? $"an array of {new Shape([.. Shape.Skip(1)])}"
        : Shape.Rank < 2 || Shape.Last is null or 1 ? "1 value"
        : string.Create(CultureInfo.InvariantCulture, $"a vector of {Shape.Last}");
}

/// <summary>A place in the drawing of a signal.</summary>
/// <param name="Number">The number of its time step; null for the gap between the first steps and the last.</param>
/// <param name="X">Its middle.</param>
/// <param name="From">Where the arrows to it begin.</param>
internal sealed record FramingSlot(string? Number, double X, IReadOnlyList<double> From)
{
    internal FramingSlot(string? number, double x)
        : this(number, x, [x])
    {
    }
}
