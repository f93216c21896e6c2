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
}
