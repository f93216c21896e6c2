using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorShapingTests
{
    private static Tensor Count(params long[] shape) => arange(shape.TotalSize()).reshape(shape);

    [Fact]
    public void Properties_describe_the_tensor()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3, 4, dtype: float64);
        t.shape.Should().Equal(2, 3, 4);
        t.size().Should().Equal(2, 3, 4);
        t.size(1).Should().Be(3);
        t.size(-1).Should().Be(4);
        t.stride().Should().Equal(12, 4, 1);
        t.stride(0).Should().Be(12);
        t.dim().Should().Be(3);
        t.ndim.Should().Be(3);
        t.Dimensions.Should().Be(3);
        t.numel().Should().Be(24);
        t.NumberOfElements.Should().Be(24);
        t.ElementSize.Should().Be(8);
        t.element_size().Should().Be(8);
        t.storage_offset().Should().Be(0);
        t.dtype.Should().Be(ScalarType.Float64);
        t.device_type.Should().Be(DeviceType.CPU);
        t.device.ToString().Should().Be("cpu");
        t.is_cpu().Should().BeTrue();
        t.is_cuda.Should().BeFalse();
        t.is_sparse.Should().BeFalse();
        t.is_contiguous().Should().BeTrue();
        t.is_floating_point().Should().BeTrue();
        t.is_integral().Should().BeFalse();
        t.is_complex().Should().BeFalse();
        t[1].storage_offset().Should().Be(12);
        t.IntShape().ToArray().Should().Equal(2, 3, 4);
        torch.numel(t).Should().Be(24);
        tensor(2).is_nonzero().Should().BeTrue();
        FluentActions.Invoking(() => t.is_nonzero()).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => t.size(3)).Should().Throw<Exception>().WithMessage("*out of range*");
    }

    [Fact]
    public void Reshaping()
    {
        using var scope = NewDisposeScope();
        var t = Count(2, 6);
        t.reshape(3, 4).ShouldBe([3, 4], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        t.reshape(-1).shape.Should().Equal(12);
        t.reshape([4, -1]).shape.Should().Equal(4, 3);
        t.view(3, 4).shape.Should().Equal(3, 4);
        t.view_as(zeros(4, 3)).shape.Should().Equal(4, 3);
        t.flatten().shape.Should().Equal(12);
        Count(2, 3, 2).flatten(1).shape.Should().Equal(2, 6);
        t.unflatten(1, 2, 3).shape.Should().Equal(2, 2, 3);
        t.unflatten(1, 2, -1).shape.Should().Equal(2, 2, 3);
        t.ravel().shape.Should().Equal(12);
        torch.reshape(t, 12).shape.Should().Equal(12);
        torch.flatten(t).shape.Should().Equal(12);
        t.t().reshape(12).ShouldHold(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11);
        FluentActions.Invoking(() => t.reshape(5, -1)).Should().Throw<Exception>().WithMessage("*shape*");
        FluentActions.Invoking(() => t.t().view(12)).Should().Throw<Exception>().WithMessage("*view*");
        FluentActions.Invoking(() => t.unflatten(1, 4, 2)).Should().Throw<Exception>();
    }

    [Fact]
    public void A_view_shares_its_elements()
    {
        using var scope = NewDisposeScope();
        var t = zeros(4);
        t.view(2, 2)[1, 1] = 5;
        t.ShouldHold(0, 0, 0, 5);
        t.alias().add_(1);
        t.ShouldHold(1, 1, 1, 6);
    }

    [Fact]
    public void Dimensions_of_size_one()
    {
        using var scope = NewDisposeScope();
        var t = zeros(1, 2, 1);
        t.squeeze().shape.Should().Equal(2);
        t.squeeze(0).shape.Should().Equal(2, 1);
        t.squeeze(1).shape.Should().Equal(1, 2, 1);
        t.unsqueeze(0).shape.Should().Equal(1, 1, 2, 1);
        t.unsqueeze(-1).shape.Should().Equal(1, 2, 1, 1);
        torch.unsqueeze(t, 1).shape.Should().Equal(1, 1, 2, 1);
        torch.squeeze(t).shape.Should().Equal(2);
        t.squeeze_(-1).Should().BeSameAs(t);
        t.shape.Should().Equal(1, 2);
        t.unsqueeze_(0).shape.Should().Equal(1, 1, 2);
        t.squeeze_().shape.Should().Equal(2);
    }

    [Fact]
    public void Order_of_dimensions()
    {
        using var scope = NewDisposeScope();
        var m = Count(2, 3);
        m.t().ShouldBe([3, 2], 0, 3, 1, 4, 2, 5);
        m.T.ShouldBe([3, 2], 0, 3, 1, 4, 2, 5);
        m.transpose(0, 1).ShouldBe([3, 2], 0, 3, 1, 4, 2, 5);
        torch.transpose(m, 0, 1).shape.Should().Equal(3, 2);
        m.is_contiguous().Should().BeTrue();
        m.t().is_contiguous().Should().BeFalse();
        var c = Count(2, 3, 4);
        c.permute(2, 0, 1).shape.Should().Equal(4, 2, 3);
        c.permute(2, 0, 1)[3, 1, 2].ShouldHold(23);
        torch.permute(c, 2, 1, 0).shape.Should().Equal(4, 3, 2);
        c.T.shape.Should().Equal(4, 3, 2);
        c.mT.shape.Should().Equal(2, 4, 3);
        c.swapaxes(0, 2).shape.Should().Equal(4, 3, 2);
        c.movedim([0], [2]).shape.Should().Equal(3, 4, 2);
        torch.movedim(c, 0, 2).shape.Should().Equal(3, 4, 2);
        torch.moveaxis(c, 0, -1).shape.Should().Equal(3, 4, 2);
        m.transpose_(0, 1).shape.Should().Equal(3, 2);
    }

    [Fact]
    public void Expanding_and_repeating()
    {
        using var scope = NewDisposeScope();
        var column = tensor(new long[,] { { 1 }, { 2 } });
        column.expand(2, 3).ShouldBe([2, 3], 1, 1, 1, 2, 2, 2);
        column.expand(-1, 2).ShouldBe([2, 2], 1, 1, 2, 2);
        column.expand(new long[] { 2, 3 }).stride().Should().Equal(1, 0);
        column.expand_as(zeros(2, 2)).ShouldBe([2, 2], 1, 1, 2, 2);
        column.broadcast_to(2, 2).ShouldBe([2, 2], 1, 1, 2, 2);
        column.repeat(1, 2).ShouldBe([2, 2], 1, 1, 2, 2);
        column.repeat(2, 1, 1).shape.Should().Equal(2, 2, 1);
        column.tile([2]).ShouldBe([2, 2], 1, 1, 2, 2);
        tensor(new long[] { 1, 2 }).repeat_interleave(2).ShouldHold(1, 1, 2, 2);
        column.repeat_interleave(2, dim: 0).ShouldBe([4, 1], 1, 1, 2, 2);
        column.repeat_interleave(tensor(new long[] { 1, 2 }), dim: 0).ShouldBe([3, 1], 1, 2, 2);
        broadcast_tensors(column, tensor(new long[] { 5, 6 }))[1].ShouldBe([2, 2], 5, 6, 5, 6);
    }

    [Fact]
    public void Flipping_and_rolling()
    {
        using var scope = NewDisposeScope();
        var m = Count(2, 3);
        m.flip(0).ShouldBe([2, 3], 3, 4, 5, 0, 1, 2);
        m.flip(0, 1).ShouldBe([2, 3], 5, 4, 3, 2, 1, 0);
        torch.flip(m, 1).ShouldBe([2, 3], 2, 1, 0, 5, 4, 3);
        m.fliplr().ShouldBe([2, 3], 2, 1, 0, 5, 4, 3);
        m.flipud().ShouldBe([2, 3], 3, 4, 5, 0, 1, 2);
        m.roll(1).ShouldBe([2, 3], 5, 0, 1, 2, 3, 4);
        m.roll(1, 1).ShouldBe([2, 3], 2, 0, 1, 5, 3, 4);
        m.roll((1, 1), (0, 1)).ShouldBe([2, 3], 5, 3, 4, 2, 0, 1);
        m.roll([1], [0]).ShouldBe([2, 3], 3, 4, 5, 0, 1, 2);
        torch.roll(m, -1, 1).ShouldBe([2, 3], 1, 2, 0, 4, 5, 3);
        m.rot90().ShouldBe([3, 2], 2, 5, 1, 4, 0, 3);
    }

    [Fact]
    public void Joining()
    {
        using var scope = NewDisposeScope();
        Tensor a = new long[] { 1, 2 }, b = new long[] { 3, 4 };
        cat([a, b]).ShouldBe([4], 1, 2, 3, 4);
        cat([Count(1, 2), Count(1, 1)], dim: 1).ShouldBe([1, 3], 0, 1, 0);
        cat([a]).ShouldHold(1, 2);
        concat([a, b]).ShouldBe([4], 1, 2, 3, 4);
        concatenate([a, b], axis: 0).ShouldBe([4], 1, 2, 3, 4);
        stack([a, b]).ShouldBe([2, 2], 1, 2, 3, 4);
        stack([a, b], dim: 1).ShouldBe([2, 2], 1, 3, 2, 4);
        stack(new List<Tensor> { a, b }, -1).ShouldBe([2, 2], 1, 3, 2, 4);
        hstack(a, b).ShouldBe([4], 1, 2, 3, 4);
        vstack([a, b]).ShouldBe([2, 2], 1, 2, 3, 4);
        row_stack(a, b).ShouldBe([2, 2], 1, 2, 3, 4);
        column_stack(a, b).ShouldBe([2, 2], 1, 3, 2, 4);
        FluentActions.Invoking(() => cat(new List<Tensor>())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => cat([Count(1, 2), Count(1, 3)])).Should().Throw<Exception>().WithMessage("*ize*match*");
        FluentActions.Invoking(() => stack([a, Count(3)])).Should().Throw<Exception>().WithMessage("*equal size*");
    }

    [Fact]
    public void Splitting()
    {
        using var scope = NewDisposeScope();
        var t = Count(5);
        Lengths(t.split(2)).Should().Equal(2, 2, 1);
        Lengths(t.split([1, 4])).Should().Equal(1, 4);
        t.split(new long[] { 1, 4 }, 0)[1].ShouldHold(1, 2, 3, 4);
        Lengths(t.chunk(2)).Should().Equal(3, 2);
        Lengths(t.tensor_split(2)).Should().Equal(3, 2);
        Lengths(t.tensor_split([1, 3])).Should().Equal(1, 2, 2);
        Lengths(torch.chunk(t, 3)).Should().Equal(2, 2, 1);
        Lengths(torch.split(t, [2, 3])).Should().Equal(2, 3);
        var rows = Count(2, 3).unbind();
        rows.Should().HaveCount(2);
        rows[1].ShouldBe([3], 3, 4, 5);
        torch.unbind(Count(2, 3), 1)[2].ShouldHold(2, 5);
        t.unfold(0, 3, 2).ShouldBe([2, 3], 0, 1, 2, 2, 3, 4);

        static long[] Lengths(Tensor[] parts) => [.. parts.Select(part => part.shape[0])];
    }

    [Fact]
    public void Triangles_and_diagonals()
    {
        using var scope = NewDisposeScope();
        var m = Count(3, 3);
        m.tril().ShouldHold(0, 0, 0, 3, 4, 0, 6, 7, 8);
        m.tril(-1).ShouldHold(0, 0, 0, 3, 0, 0, 6, 7, 0);
        m.triu(1).ShouldHold(0, 1, 2, 0, 0, 5, 0, 0, 0);
        torch.triu(m).ShouldHold(0, 1, 2, 0, 4, 5, 0, 0, 8);
        m.clone().tril_().ShouldHold(0, 0, 0, 3, 4, 0, 6, 7, 8);
        m.diag().ShouldHold(0, 4, 8);
        m.diag(1).ShouldHold(1, 5);
        tensor(new long[] { 1, 2 }).diag().ShouldBe([2, 2], 1, 0, 0, 2);
        m.diagonal().ShouldHold(0, 4, 8);
        torch.diagonal(m, 1).ShouldHold(1, 5);
        m.trace().ShouldHold(12);
        FluentActions.Invoking(() => Count(3).trace()).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Strides_of_choice()
    {
        using var scope = NewDisposeScope();
        Count(6).as_strided([2, 2], [1, 2], 1).ShouldBe([2, 2], 1, 3, 2, 4);
    }
}
