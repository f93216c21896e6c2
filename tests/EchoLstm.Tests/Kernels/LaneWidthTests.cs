using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using EchoLstm.Kernels;

namespace EchoLstm.Tests.Kernels;

public sealed class LaneWidthTests
{
    [Fact]
    public void Long_rows_take_the_widest_vectors_that_the_processor_has()
    {
        var widest = Avx512F.IsSupported ? 16 : Avx2.IsSupported ? 8 : Sse41.IsSupported || AdvSimd.IsSupported ? 4 : 1;
        ((int)LaneWidths.For(1000)).Should().Be(int.TryParse(ChildRun.Task, CultureInfo.InvariantCulture, out var width) ? width : widest);
    }

    [Fact]
    public void Short_rows_take_the_narrowest_vectors_that_hold_them()
    {
        var widest = (int)LaneWidths.For(1000);
        ((int)LaneWidths.For(1)).Should().Be(Math.Min(widest, 4));
        ((int)LaneWidths.For(4)).Should().Be(Math.Min(widest, 4));
        ((int)LaneWidths.For(5)).Should().Be(Math.Min(widest, 8));
        ((int)LaneWidths.For(8)).Should().Be(Math.Min(widest, 8));
        ((int)LaneWidths.For(9)).Should().Be(widest);
    }
}
