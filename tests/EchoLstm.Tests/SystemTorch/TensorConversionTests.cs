using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorConversionTests
{
    [Fact]
    public void Every_type_converts_to_every_other()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types = [ScalarType.Float32, ScalarType.Float64, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool, ScalarType.Float16, ScalarType.BFloat16];
        foreach (var from in types)
        {
            foreach (var to in types) ones(2, dtype: from).to(to).OfType(to).ShouldHold(1, 1);
        }
    }

    [Fact]
    public void Casts_by_name()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { 1.9, -1.9, 0 };
        x.@float().OfType(ScalarType.Float32).ShouldHold(1.9, -1.9, 0);
        x.@double().OfType(ScalarType.Float64);
        x.@long().OfType(ScalarType.Int64).ShouldHold(1, -1, 0);
        x.@int().OfType(ScalarType.Int32).ShouldHold(1, -1, 0);
        x.@short().OfType(ScalarType.Int16);
        x.@char().OfType(ScalarType.Int8);
        x.abs().@byte().OfType(ScalarType.Byte).ShouldHold(1, 1, 0);
        x.@bool().OfType(ScalarType.Bool).ShouldHold(1, 1, 0);
        x.half().OfType(ScalarType.Float16);
        x.bfloat16().OfType(ScalarType.BFloat16);
        x.type(ScalarType.Float32).OfType(ScalarType.Float32);
        x.type(t => t.@float()).OfType(ScalarType.Float32);
        x.type_as(tensor(1)).OfType(ScalarType.Int32);
        x.to_type(ScalarType.Int32).OfType(ScalarType.Int32);
        x.to(tensor(1f)).OfType(ScalarType.Float32);
    }

    [Fact]
    public void A_conversion_to_the_same_type_shares_unless_a_copy_is_asked_for()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1);
        x.to(float32).add_(1);
        x.ShouldHold(1);
        x.to(float32, copy: true).add_(1);
        x.ShouldHold(1);
        x.cpu().add_(1);
        x.ShouldHold(2);
        x.to(CPU).add_(1);
        x.to("cpu").add_(1);
        x.to(DeviceType.CPU).add_(1);
        x.to(float32, CPU).add_(1);
        x.ShouldHold(6);
        x.contiguous().add_(1);
        x.ShouldHold(7);
        x.clone().add_(1);
        x.ShouldHold(7);
    }

    [Fact]
    public void The_source_of_a_conversion_can_be_disposed_with_it()
    {
        using var scope = NewDisposeScope();
        var source = ones(2);
        var converted = source.to(float64, disposeAfter: true);
        source.IsInvalid.Should().BeTrue();
        converted.ShouldHold(1, 1);
    }

    [Fact]
    public void Copying_and_filling()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 2);
        x.copy_(tensor(new long[] { 1, 2 })).Should().BeSameAs(x);
        x.ShouldHold(1, 2, 1, 2);
        x.fill_(2.5).ShouldHold(2.5, 2.5, 2.5, 2.5);
        x.zero_().ShouldHold(0, 0, 0, 0);
        var y = empty(0);
        y.set_(x).shape.Should().Equal(2, 2);
        y.add_(1);
        x.ShouldHold(1, 1, 1, 1);
        var transposed = arange(4).reshape(2, 2).t();
        transposed.contiguous().is_contiguous().Should().BeTrue();
        transposed.contiguous().ShouldHold(0, 2, 1, 3);
        FluentActions.Invoking(() => x.copy_(zeros(3))).Should().Throw<Exception>().WithMessage("*must match*");
    }

    [Fact]
    public void A_disposed_tensor_throws()
    {
        var x = ones(2);
        x.Dispose();
        Action[] uses =
        [
            () => x.add(1), () => x.add_(1), () => _ = x.shape, () => _ = x.dtype, () => x.sum(), () => _ = x[0], () => _ = x + x, () => x.ToString(true),
            () => x.clone(), () => cat([x, x]), () => x.index(TensorIndex.Colon), () => x.alias(), () => torch.exp(x), () => x.numel(), () => x.size(0),
        ];
        foreach (var use in uses) use.Should().Throw<InvalidOperationException>();
        x.Dispose();
    }

    [Fact]
    public void Null_where_a_tensor_is_needed_is_an_error_not_a_crash()
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => ones(2).add((Tensor)null!)).Should().Throw<Exception>();
        FluentActions.Invoking(() => stack([ones(1), null!])).Should().Throw<Exception>();
    }
}
