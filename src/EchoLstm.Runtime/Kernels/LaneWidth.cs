using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>How many floats the kernels take at once.</summary>
internal enum LaneWidth
{
    One = 1,
    Four = 4,
    Eight = 8,
    Sixteen = 16,
}

/// <summary>Which widths the machine has, and which suits a model.</summary>
internal static class LaneWidths
{
    /// <summary>Whether the machine computes this width in one go.</summary>
    internal static bool IsSupported(LaneWidth width) => width switch
    {
        // .NET declines on processors that lower their clock a little for it; the products gain more than that.
        LaneWidth.Sixteen => Vector512.IsHardwareAccelerated || Avx512F.IsSupported,
        LaneWidth.Eight => Vector256.IsHardwareAccelerated,
        LaneWidth.Four => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    /// <summary>The widest width that is not mostly padding for rows of at most this length.</summary>
    internal static LaneWidth For(int longestRow)
    {
        foreach (var width in (ReadOnlySpan<LaneWidth>)[LaneWidth.Sixteen, LaneWidth.Eight, LaneWidth.Four])
        {
            if (IsSupported(width) && (longestRow > (int)width / 2 || width == LaneWidth.Four))
            {
                return width;
            }
        }
        return LaneWidth.One;
    }

    /// <summary>Runs the version of a work that .NET compiled for a width.</summary>
    internal static TResult Dispatch<TResult>(LaneWidth width, IWidthWork<TResult> work) => width switch
    {
        LaneWidth.Sixteen => work.Run<Lanes512>(),
        LaneWidth.Eight => work.Run<Lanes256>(),
        LaneWidth.Four => work.Run<Lanes128>(),
        _ => work.Run<Lanes1>(),
    };
}

/// <summary>What is done with vectors of any width.</summary>
internal interface IWidthWork<out TResult>
{
    TResult Run<V>()
        where V : struct, ILanes<V>;
}
