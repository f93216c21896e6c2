using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorComparisonTests
{
    [Fact]
    public void Tensors_compare_element_by_element()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2, 3 }, b = new float[] { 2, 2, 2 };
        a.eq(b).ShouldBeTrueAt(false, true, false);
        a.ne(b).ShouldBeTrueAt(true, false, true);
        a.lt(b).ShouldBeTrueAt(true, false, false);
        a.le(b).ShouldBeTrueAt(true, true, false);
        a.gt(b).ShouldBeTrueAt(false, false, true);
        a.ge(b).ShouldBeTrueAt(false, true, true);
        (a == b).ShouldBeTrueAt(false, true, false);
        (a != b).ShouldBeTrueAt(true, false, true);
        (a < b).ShouldBeTrueAt(true, false, false);
        (a <= b).ShouldBeTrueAt(true, true, false);
        (a > b).ShouldBeTrueAt(false, false, true);
        (a >= b).ShouldBeTrueAt(false, true, true);
        torch.eq(a, b).ShouldBeTrueAt(false, true, false);
        torch.equal(a, b).ShouldBeTrueAt(false, true, false);
        torch.less(a, b).ShouldBeTrueAt(true, false, false);
        torch.greater_equal(a, b).ShouldBeTrueAt(false, true, true);
        a.less_equal(b).ShouldBeTrueAt(true, true, false);
        a.not_equal(b).ShouldBeTrueAt(true, false, true);
        a.greater(b).ShouldBeTrueAt(false, false, true);
    }

    [Fact]
    public void Tensors_compare_with_numbers()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2, 3 };
        a.eq(2).ShouldBeTrueAt(false, true, false);
        a.ne(2).ShouldBeTrueAt(true, false, true);
        a.lt(2).ShouldBeTrueAt(true, false, false);
        a.le(2).ShouldBeTrueAt(true, true, false);
        a.gt(2).ShouldBeTrueAt(false, false, true);
        a.ge(2).ShouldBeTrueAt(false, true, true);
        (a == 2).ShouldBeTrueAt(false, true, false);
        (2 < a).ShouldBeTrueAt(false, false, true);
        (2 >= a).ShouldBeTrueAt(true, true, false);
        (a > 1.5).ShouldBeTrueAt(false, true, true);
    }

    [Fact]
    public void Comparisons_in_place_write_ones_and_zeros()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2, 3 };
        a.clone().eq_(2).OfType(ScalarType.Float32).ShouldHold(0, 1, 0);
        a.clone().ne_(2).ShouldHold(1, 0, 1);
        a.clone().lt_(2).ShouldHold(1, 0, 0);
        a.clone().le_(tensor(2f)).ShouldHold(1, 1, 0);
        a.clone().gt_(tensor(2f)).ShouldHold(0, 0, 1);
        a.clone().ge_(2).ShouldHold(0, 1, 1);
    }

    [Fact]
    public void Whole_tensors_are_equal_or_close()
    {
        using var scope = NewDisposeScope();
        Tensor a = new double[] { 1, 2 };
        a.Equals(a.clone()).Should().BeTrue();
        a.Equals(tensor(new double[] { 1, 3 })).Should().BeFalse();
        a.Equals((object)a.clone()).Should().BeTrue();
        a.Equals(a.reshape(2, 1)).Should().BeFalse();
        a.Equals("a").Should().BeFalse();
        a.allclose(a + 1e-9).Should().BeTrue();
        a.allclose(a + 1e-3).Should().BeFalse();
        a.allclose(a + 1e-3, atol: 1e-2).Should().BeTrue();
        torch.allclose(a, a).Should().BeTrue();
        a.isclose(tensor(new double[] { 1, 2.1 })).ShouldBeTrueAt(true, false);
        Tensor nan = double.NaN;
        nan.allclose(nan).Should().BeFalse();
        nan.allclose(nan, equal_nan: true).Should().BeTrue();
        nan.isclose(nan, nanEqual: true).ShouldBeTrueAt(true);
    }

    [Fact]
    public void Kinds_of_numbers()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { 1, double.NaN, double.PositiveInfinity, double.NegativeInfinity };
        x.isnan().ShouldBeTrueAt(false, true, false, false);
        x.isinf().ShouldBeTrueAt(false, false, true, true);
        x.isfinite().ShouldBeTrueAt(true, false, false, false);
        x.isposinf().ShouldBeTrueAt(false, false, true, false);
        x.isneginf().ShouldBeTrueAt(false, false, false, true);
        torch.isnan(x).ShouldBeTrueAt(false, true, false, false);
        torch.isfinite(x).ShouldBeTrueAt(true, false, false, false);
        (x == x.clone()).ShouldBeTrueAt(true, false, true, true);
    }

    [Fact]
    public void Logic()
    {
        using var scope = NewDisposeScope();
        Tensor a = new bool[] { false, false, true, true }, b = new bool[] { false, true, false, true };
        a.logical_and(b).ShouldBeTrueAt(false, false, false, true);
        a.logical_or(b).ShouldBeTrueAt(false, true, true, true);
        a.logical_xor(b).ShouldBeTrueAt(false, true, true, false);
        a.logical_not().ShouldBeTrueAt(true, true, false, false);
        (a & b).ShouldBeTrueAt(false, false, false, true);
        (a | b).ShouldBeTrueAt(false, true, true, true);
        (a ^ b).ShouldBeTrueAt(false, true, true, false);
        (~a).ShouldBeTrueAt(true, true, false, false);
        torch.logical_and(a, b).ShouldBeTrueAt(false, false, false, true);
        a.clone().logical_or_(b).ShouldBeTrueAt(false, true, true, true);
        tensor(new int[] { 6 }).bitwise_and(tensor(new int[] { 3 })).ShouldHold(2);
        tensor(new int[] { 6 }).bitwise_or(tensor(new int[] { 3 })).ShouldHold(7);
        tensor(new int[] { 6 }).bitwise_xor(tensor(new int[] { 3 })).ShouldHold(5);
        tensor(new int[] { 6 }).bitwise_not().ShouldHold(-7);
    }
}
