using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorIndexingTests
{
    private static Tensor Count(params long[] shape) => arange(shape.TotalSize()).reshape(shape);

    [Fact]
    public void Numbers_select_slices()
    {
        using var scope = NewDisposeScope();
        var c = Count(2, 3, 4);
        c[1].ShouldBe([3, 4], 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
        c[1, 2].ShouldBe([4], 20, 21, 22, 23);
        c[1, 2, 3].ShouldBe([], 23);
        c[-1, -1, -1].ShouldBe([], 23);
        c[new long[] { 0, 1 }].ShouldBe([4], 4, 5, 6, 7);
        c.select(1, 0).shape.Should().Equal(2, 4);
        FluentActions.Invoking(() => c[2]).Should().Throw<Exception>().WithMessage("*out of*");
        FluentActions.Invoking(() => tensor(1)[0]).Should().Throw<Exception>();
    }

    [Fact]
    public void Ranges_slice()
    {
        using var scope = NewDisposeScope();
        var t = Count(6);
        t[1..3].ShouldHold(1, 2);
        t[..2].ShouldHold(0, 1);
        t[4..].ShouldHold(4, 5);
        t[^2..].ShouldHold(4, 5);
        t[..^4].ShouldHold(0, 1);
        t[^1].ShouldBe([], 5);
        t[(1, 3)].ShouldHold(1, 2);
        t[TensorIndex.Slice(0, 6, 2)].ShouldHold(0, 2, 4);
        t[TensorIndex.Slice(-3)].ShouldHold(3, 4, 5);
        t[TensorIndex.Slice(2, 100)].ShouldHold(2, 3, 4, 5);
        t[TensorIndex.Slice(4, 2)].ShouldBe([0]);
        t[TensorIndex.Colon].ShouldHold(0, 1, 2, 3, 4, 5);
        t.slice(0, 1, 6, 2).ShouldHold(1, 3, 5);
        t.narrow(0, 2, 3).ShouldHold(2, 3, 4);
        torch.narrow(t, 0, 0, 1).ShouldHold(0);
        FluentActions.Invoking(() => t.slice(0, 0, 6, 0)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => t[TensorIndex.Slice(0, 6, -1)]).Should().Throw<Exception>().WithMessage("*step*");
        FluentActions.Invoking(() => t.narrow(0, 4, 3)).Should().Throw<Exception>();
    }

    [Fact]
    public void Several_indices_together()
    {
        using var scope = NewDisposeScope();
        var c = Count(2, 3, 4);
        c[0, 1..3].ShouldBe([2, 4], 4, 5, 6, 7, 8, 9, 10, 11);
        c[TensorIndex.Ellipsis, 0].ShouldBe([2, 3], 0, 4, 8, 12, 16, 20);
        c[1, TensorIndex.Ellipsis, 3].ShouldBe([3], 15, 19, 23);
        c[TensorIndex.Colon, 0, 1..3].ShouldBe([2, 2], 1, 2, 13, 14);
        c[TensorIndex.None, 0, 0].ShouldBe([1, 4], 0, 1, 2, 3);
        c[TensorIndex.Ellipsis, TensorIndex.Null].shape.Should().Equal(2, 3, 4, 1);
        FluentActions.Invoking(() => c[0, 0, 0, 0..1]).Should().Throw<Exception>().WithMessage("*too many indices*");
    }

    [Fact]
    public void Tensors_look_up()
    {
        using var scope = NewDisposeScope();
        var m = Count(3, 4);
        Tensor rows = new long[] { 2, 0 };
        m[rows].ShouldBe([2, 4], 8, 9, 10, 11, 0, 1, 2, 3);
        m[rows, tensor(new long[] { 1, 3 })].ShouldBe([2], 9, 3);
        m[TensorIndex.Colon, TensorIndex.Tensor(rows)].ShouldBe([3, 2], 2, 0, 6, 4, 10, 8);
        m[TensorIndex.Tensor(rows), 1..3].ShouldBe([2, 2], 9, 10, 1, 2);
        m[TensorIndex.Tensor(rows), 1].ShouldBe([2], 9, 1);
        m[TensorIndex.Tensor(tensor(1L))].ShouldBe([4], 4, 5, 6, 7);
        m.index(rows).shape.Should().Equal(2, 4);
        m.index(TensorIndex.Single(0)).ShouldBe([4], 0, 1, 2, 3);
        FluentActions.Invoking(() => m[tensor(new long[] { 3 })]).Should().Throw<Exception>().WithMessage("*out of bounds*");
    }

    [Fact]
    public void Masks_pick()
    {
        using var scope = NewDisposeScope();
        var m = Count(2, 3);
        m[m > 3].ShouldBe([2], 4, 5);
        m[tensor(new bool[] { false, true })].ShouldBe([1, 3], 3, 4, 5);
        m[TensorIndex.Tensor(m.eq(1))].ShouldBe([1], 1);
        m[TensorIndex.Bool(true)].shape.Should().Equal(1, 2, 3);
        m[TensorIndex.Bool(false)].shape.Should().Equal(0, 2, 3);
        m.masked_select(m < 2).ShouldBe([2], 0, 1);
        torch.masked_select(m, m < 2).ShouldBe([2], 0, 1);
        FluentActions.Invoking(() => m.masked_select(m)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Assigning_writes_into_the_tensor()
    {
        using var scope = NewDisposeScope();
        var m = zeros(2, 3);
        m[0] = tensor(new float[] { 1, 2, 3 });
        m[1, 2] = 9f;
        m.ShouldBe([2, 3], 1, 2, 3, 0, 0, 9);
        m[TensorIndex.Colon, 1] = tensor(7f);
        m.ShouldHold(1, 7, 3, 0, 7, 9);
        m[1, ..2] = tensor(new float[] { 5, 6 });
        m.ShouldHold(1, 7, 3, 5, 6, 9);
        m[m > 5] = tensor(0f);
        m.ShouldHold(1, 0, 3, 5, 0, 0);
        m[tensor(new long[] { 0, 1 }), tensor(new long[] { 2, 2 })] = tensor(new float[] { 8, 4 });
        m.ShouldHold(1, 0, 8, 5, 0, 4);
        m[TensorIndex.Ellipsis] = ones(3);
        m.ShouldHold(1, 1, 1, 1, 1, 1);
        FluentActions.Invoking(() => m[0] = zeros(2)).Should().Throw<Exception>().WithMessage("*must match*");
    }

    [Fact]
    public void Index_put()
    {
        using var scope = NewDisposeScope();
        var v = zeros(3);
        v.index_put_(tensor(5f), TensorIndex.Single(1)).Should().BeSameAs(v);
        v.ShouldHold(0, 5, 0);
        v.index_put_((Scalar)2, TensorIndex.Slice(1)).ShouldHold(0, 2, 2);
        v.index_put_((Scalar)3, tensor(new long[] { 0 })).ShouldHold(3, 2, 2);
        v.index_put_(ones(2), [tensor(new long[] { 1, 1 })], accumulate: true).ShouldHold(3, 4, 2);
        v.index_put_(ones(1), tensor(new long[] { 2 })).ShouldHold(3, 4, 1);
    }

    [Fact]
    public void Lookups_along_a_dimension()
    {
        using var scope = NewDisposeScope();
        var m = Count(2, 3);
        m.index_select(1, tensor(new long[] { 2, 0 })).ShouldBe([2, 2], 2, 0, 5, 3);
        torch.index_select(m, 0, tensor(new long[] { 1 })).ShouldBe([1, 3], 3, 4, 5);
        m.gather(1, tensor(new long[,] { { 0 }, { 2 } })).ShouldBe([2, 1], 0, 5);
        torch.gather(m, 0, tensor(new long[,] { { 1, 0, 1 } })).ShouldBe([1, 3], 3, 1, 5);
        m.take(tensor(new long[] { 0, 5 })).ShouldHold(0, 5);
        m.take_along_dim(tensor(new long[,] { { 1 }, { 0 } }), 1).ShouldBe([2, 1], 1, 3);
        m.nonzero().ShouldBe([5, 2], 0, 1, 0, 2, 1, 0, 1, 1, 1, 2);
        tensor(new long[] { 0, 7 }).nonzero_as_list()[0].ShouldHold(1);
        m.argwhere().shape.Should().Equal(5, 2);
    }

    [Fact]
    public void Writing_along_a_dimension()
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(new long[,] { { 0, 2 } }), src = tensor(new float[,] { { 5, 6 } });
        zeros(1, 3).scatter(1, index, src).ShouldHold(5, 0, 6);
        zeros(1, 3).scatter_(1, index, src).ShouldHold(5, 0, 6);
        ones(1, 3).scatter_add(1, index, src).ShouldHold(6, 1, 7);
        torch.scatter_add_(ones(1, 3), 1, index, src).ShouldHold(6, 1, 7);
        Tensor one = new long[] { 1 };
        zeros(2, 2).index_add(0, one, ones(1, 2), 3).ShouldHold(0, 0, 3, 3);
        zeros(2, 2).index_add_(0, one, ones(1, 2), 1).ShouldHold(0, 0, 1, 1);
        zeros(2, 2).index_copy(0, one, ones(1, 2)).ShouldHold(0, 0, 1, 1);
        zeros(2, 2).index_copy_(1, one, ones(2, 1)).ShouldHold(0, 1, 0, 1);
        zeros(2, 2).index_fill(0, one, 4).ShouldHold(0, 0, 4, 4);
        zeros(2, 2).index_fill_(1, one, 4).ShouldHold(0, 4, 0, 4);
        FluentActions.Invoking(() => zeros(2, 2).index_add(0, tensor(new int[] { 1 }), ones(1, 2), 1)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Masks_write_and_choose()
    {
        using var scope = NewDisposeScope();
        Tensor x = new float[] { 1, 2, 3 };
        x.masked_fill(x > 1, 0).ShouldHold(1, 0, 0);
        x.clone().masked_fill_(x > 1, -1).ShouldHold(1, -1, -1);
        x.masked_scatter(x > 1, tensor(new float[] { 8, 9 })).ShouldHold(1, 8, 9);
        x.where(x > 1, tensor(0f)).ShouldHold(0, 2, 3);
        torch.where(x > 2, x, -x).ShouldHold(-1, -2, 3);
        torch.where(x > 1)[0].ShouldHold(1, 2);
        FluentActions.Invoking(() => torch.where(x, x, x)).Should().Throw<ArgumentException>();
    }
}
