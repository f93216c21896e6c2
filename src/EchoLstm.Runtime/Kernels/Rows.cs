using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>Copies of rows of numbers, the only ones that the kernels make.</summary>
internal static unsafe class Rows
{
    /// <summary>Copies numbers that lie together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(float* from, float* to, int length) => new ReadOnlySpan<float>(from, length).CopyTo(new Span<float>(to, length));

    /// <summary>Copies rows that lie a distance apart.</summary>
    internal static void Copy(float* from, long fromStride, float* to, long toStride, long count, int width)
    {
        for (var r = 0L; r < count; r++)
        {
            Copy(from + (r * fromStride), to + (r * toStride), width);
        }
    }

    /// <summary>Copies a sample's steps, which lie one after the other, to its time-major rows.</summary>
    /// <param name="sample">The sample's first step.</param>
    /// <param name="to">The row of its first step.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="samples">How many samples the rows are of.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="width">Numbers of a step.</param>
    internal static void ToTimeMajor(float* sample, float* to, int stride, int samples, int steps, int width) =>
        Copy(sample, width, to, (long)samples * stride, steps, width);

    /// <summary>Copies a sample's time-major rows back to steps that lie one after the other.</summary>
    internal static void FromTimeMajor(float* rows, int stride, int samples, float* sample, int steps, int width) =>
        Copy(rows, (long)samples * stride, sample, width, steps, width);
}

/// <summary>Loops over rows of whole vectors.</summary>
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

    /// <summary>Copies whole vectors.</summary>
    internal static void Copy(float* from, float* to, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            V.Load(from + k).Store(to + k);
        }
    }

    /// <summary>Adds whole vectors to others.</summary>
    internal static void Add(float* from, float* to, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            (V.Load(to + k) + V.Load(from + k)).Store(to + k);
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
