using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EchoLstm.Benchmarks.Measuring;

/// <summary>How many fused multiply-adds one core of this machine can do: what every product is held against.</summary>
internal static class FmaPeak
{
    private const int Rounds = 20;
    private const int Steps = 1_000_000;
    private const int Sums = 12; // enough to fill the pipelines of two units

    /// <summary>Floating-point operations a nanosecond, two a multiply-add: the best of some short rounds.</summary>
    internal static double GigaFlops() => Vector512.IsHardwareAccelerated
        ? Best(Wide, Vector512<float>.Count)
        : Best(Narrow, Vector256<float>.Count);

    private static double Best(Func<float> loop, int lanes)
    {
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = loop();
            best = Math.Max(best, 2.0 * Sums * lanes * Steps / Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide()
    {
        var (a, b) = (Vector512.Create(0.999f), Vector512.Create(0.001f));
        var (c0, c1, c2, c3, c4, c5) = (a, a, a, a, a, a);
        var (c6, c7, c8, c9, c10, c11) = (b, b, b, b, b, b);
        for (var i = 0; i < Steps; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, a, b);
            c1 = Vector512.FusedMultiplyAdd(c1, a, b);
            c2 = Vector512.FusedMultiplyAdd(c2, a, b);
            c3 = Vector512.FusedMultiplyAdd(c3, a, b);
            c4 = Vector512.FusedMultiplyAdd(c4, a, b);
            c5 = Vector512.FusedMultiplyAdd(c5, a, b);
            c6 = Vector512.FusedMultiplyAdd(c6, a, b);
            c7 = Vector512.FusedMultiplyAdd(c7, a, b);
            c8 = Vector512.FusedMultiplyAdd(c8, a, b);
            c9 = Vector512.FusedMultiplyAdd(c9, a, b);
            c10 = Vector512.FusedMultiplyAdd(c10, a, b);
            c11 = Vector512.FusedMultiplyAdd(c11, a, b);
        }
        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Narrow()
    {
        var (a, b) = (Vector256.Create(0.999f), Vector256.Create(0.001f));
        var (c0, c1, c2, c3, c4, c5) = (a, a, a, a, a, a);
        var (c6, c7, c8, c9, c10, c11) = (b, b, b, b, b, b);
        for (var i = 0; i < Steps; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(c0, a, b);
            c1 = Vector256.FusedMultiplyAdd(c1, a, b);
            c2 = Vector256.FusedMultiplyAdd(c2, a, b);
            c3 = Vector256.FusedMultiplyAdd(c3, a, b);
            c4 = Vector256.FusedMultiplyAdd(c4, a, b);
            c5 = Vector256.FusedMultiplyAdd(c5, a, b);
            c6 = Vector256.FusedMultiplyAdd(c6, a, b);
            c7 = Vector256.FusedMultiplyAdd(c7, a, b);
            c8 = Vector256.FusedMultiplyAdd(c8, a, b);
            c9 = Vector256.FusedMultiplyAdd(c9, a, b);
            c10 = Vector256.FusedMultiplyAdd(c10, a, b);
            c11 = Vector256.FusedMultiplyAdd(c11, a, b);
        }
        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }
}
