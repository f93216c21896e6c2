using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EchoLstm.Engines.Fused;

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
}
