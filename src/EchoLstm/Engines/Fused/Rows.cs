using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;

namespace EchoLstm.Engines.Fused;

/// <summary>Loops over rows that the kernels share.</summary>
internal static unsafe class Rows<V>
    where V : struct, ILanes<V>
{
    /// <summary>Puts one row into each of many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fill(float* row, float* rows, long count, int width)
    {
        for (var r = 0L; r < count; r++)
        {
            for (var k = 0; k < width; k += V.Count)
            {
                V.Load(row + k).Store(rows + (r * width) + k);
            }
        }
    }

    /// <summary>Whether all of whole vectors of numbers are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool AreFinite(float* numbers, long count)
    {
        var strange = V.Zero;
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(numbers + k);
            strange += x - x; // NaN for NaN and infinities
        }
        return V.Sum(strange) == 0;
    }
}
