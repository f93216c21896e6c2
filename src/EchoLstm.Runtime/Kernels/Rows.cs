using System.Numerics;
using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>Copies of rows of numbers, the only ones that the kernels make.</summary>
internal static unsafe class Rows
{
    /// <summary>Copies numbers that lie together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(float* from, float* to, int length) =>
        new ReadOnlySpan<float>(from, length).CopyTo(new Span<float>(to, length));

    /// <summary>Copies rows that lie a distance apart.</summary>
    internal static void Copy(float* from, long fromStride, float* to, long toStride, long count, int width)
    {
        for (var r = 0L; r < count; r++)
        {
            Copy(from + (r * fromStride), to + (r * toStride), width);
        }
    }

    /// <summary>Adds numbers to others; each sum is its own, so that the bits are those of any width.</summary>
    internal static void Add(float* from, float* to, long count)
    {
        var k = 0L;
        for (; k <= count - Vector<float>.Count; k += Vector<float>.Count)
        {
            (Vector.Load(to + k) + Vector.Load(from + k)).Store(to + k);
        }
        for (; k < count; k++)
        {
            to[k] += from[k];
        }
    }

    /// <summary>Makes numbers 0.</summary>
    internal static void Clear(float* numbers, long count)
    {
        for (var done = 0L; done < count; done += int.MaxValue)
        {
            new Span<float>(numbers + done, (int)Math.Min(int.MaxValue, count - done)).Clear();
        }
    }

    /// <summary>Copies samples, whose steps lie one after the other, to time-major rows.</summary>
    /// <param name="from">The first sample.</param>
    /// <param name="distance">The distance between samples.</param>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="samples">How many samples.</param>
    /// <param name="steps">How many steps each has.</param>
    /// <param name="width">Numbers of a step.</param>
    internal static void ToTimeMajor(float* from, long distance, float* rows, long stride, int samples, int steps, int width)
    {
        for (var i = 0; i < samples; i++)
        {
            Copy(from + (i * distance), width, rows + (i * stride), samples * stride, steps, width);
        }
    }

    /// <summary>Copies time-major rows back to samples.</summary>
    internal static void FromTimeMajor(float* rows, long stride, float* to, long distance, int samples, int steps, int width)
    {
        for (var i = 0; i < samples; i++)
        {
            Copy(rows + (i * stride), samples * stride, to + (i * distance), width, steps, width);
        }
    }
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

    /// <summary>Multiplies whole vectors.</summary>
    internal static void Scale(float* from, float factor, float* to, long count)
    {
        var all = V.All(factor);
        for (var k = 0L; k < count; k += V.Count)
        {
            (V.Load(from + k) * all).Store(to + k);
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
        return strange.Sum() == 0;
    }
}
