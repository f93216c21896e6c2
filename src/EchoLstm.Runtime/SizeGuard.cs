namespace EchoLstm;

/// <summary>Refuses what memory can't hold, before it is allocated.</summary>
internal static class SizeGuard
{
    // No memory holds a longer axis, and sums of such lengths stay within 64 bits.
    private const long LongestAxis = 1L << 48;

    private const int BytesPerNumber = sizeof(float);

    // To ask how much memory there is allocates.
    private const int AlwaysThere = 1 << 24;

    /// <summary>Throws when an axis is longer than any that memory could hold.</summary>
    internal static void Check(string layer, Shape inputShape)
    {
        if (inputShape.Any(length => length > LongestAxis))
        {
            throw new ShapeMismatchException(
                $"{layer} can't be built for {inputShape}: no memory holds so long an axis. Check how the lengths were computed.",
                    "lengths that memory can hold", inputShape.ToString());
        }
    }

    /// <summary>Throws when samples have no number.</summary>
    internal static void CheckNotEmpty(string layer, Shape inputShape)
    {
        if (inputShape.Skip(1).Contains(0))
        {
            throw new ShapeMismatchException(
                $"{layer} can't be built for {inputShape}: an axis of length 0 leaves its samples without a number. Give the lengths that "
                    + "the data has.",
                "lengths of at least 1",
                inputShape.ToString());
        }
    }

    /// <summary>Throws when the parameters would take more than the memory there is.</summary>
    /// <param name="layer">The layer that asks, as it names itself.</param>
    /// <param name="parameters">How many parameters it asks for; a decimal, as a product of lengths may exceed 64 bits.</param>
    /// <param name="hint">What the user may have confused.</param>
    internal static void Check(string layer, decimal parameters, string hint) =>
        Check(layer, "asks for", parameters, "parameters", BytesPerNumber, hint);

    /// <summary>Throws when numbers would take more than the memory there is.</summary>
    internal static void CheckNumbers(string subject, decimal numbers, string hint, int bytesPerNumber = BytesPerNumber) =>
        Check(subject, "would take", numbers, "numbers", bytesPerNumber, hint);

    /// <summary>Throws when an array can't have so many numbers, or memory can't.</summary>
    internal static void CheckArray(string subject, decimal numbers, string hint)
    {
        if (numbers > Array.MaxLength)
        {
            throw new InsufficientMemoryException(string.Create(CultureInfo.InvariantCulture,
                $"{subject} would take {numbers:N0} numbers, but an array holds {Array.MaxLength:N0} at most. {hint}"));
        }
        CheckNumbers(subject, numbers, hint);
    }

    private static void Check(string subject, string verb, decimal count, string noun, int bytesEach, string hint)
    {
        var bytes = count * bytesEach;
        if (bytes < AlwaysThere)
        {
            return;
        }
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > available)
        {
            throw new InsufficientMemoryException(string.Create(
                CultureInfo.InvariantCulture,
                $"{subject} {verb} {count:N0} {noun}, {bytes:N0} bytes, but this machine has {available:N0} bytes of memory. {hint}"));
        }
    }
}
