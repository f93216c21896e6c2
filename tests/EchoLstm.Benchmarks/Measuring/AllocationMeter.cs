namespace EchoLstm.Benchmarks.Measuring;

/// <summary>Counts managed bytes, on all threads.</summary>
internal static class AllocationMeter
{
    private const int Tries = 3;

    /// <summary>The bytes that an action allocates: the least of a few tries, since others in the process allocate too.</summary>
    internal static long Least(Action action, int tries = Tries)
    {
        var least = long.MaxValue;
        for (var i = 0; i < tries; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            action();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        return least;
    }
}
