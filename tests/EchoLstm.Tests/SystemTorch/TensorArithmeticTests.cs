using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorArithmeticTests
{
    [Fact]
    public void The_four_operations_on_tensors()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2, 3 }, b = new float[] { 4, 5, 8 };
        a.add(b).ShouldHold(5, 7, 11);
        a.add(b, 10).ShouldHold(41, 52, 83);
        torch.add(a, b).ShouldHold(5, 7, 11);
        torch.add(a, b, alpha: 0.5).ShouldHold(3, 4.5, 7);
        a.sub(b).ShouldHold(-3, -3, -5);
        torch.sub(a, b).ShouldHold(-3, -3, -5);
        a.subtract(b).ShouldHold(-3, -3, -5);
        a.mul(b).ShouldHold(4, 10, 24);
        torch.mul(a, b).ShouldHold(4, 10, 24);
        a.multiply(b).ShouldHold(4, 10, 24);
        a.div(b).ShouldHold(0.25, 0.4, 0.375);
        torch.div(a, b).ShouldHold(0.25, 0.4, 0.375);
        a.true_divide(b).ShouldHold(0.25, 0.4, 0.375);
    }

    [Fact]
    public void The_four_operations_on_numbers()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2, 3 };
        a.add(2).OfType(ScalarType.Float32).ShouldHold(3, 4, 5);
        a.add(2, alpha: 3).ShouldHold(7, 8, 9);
        a.sub(0.5).OfType(ScalarType.Float32).ShouldHold(0.5, 1.5, 2.5);
        a.mul(2.5).ShouldHold(2.5, 5, 7.5);
        a.div(2).ShouldHold(0.5, 1, 1.5);
        torch.add(a, 1).ShouldHold(2, 3, 4);
        torch.div(a, 4).ShouldHold(0.25, 0.5, 0.75);
    }

    [Fact]
    public void In_place_operations_change_and_return_the_tensor()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2 }, b = new float[] { 2, 4 };
        a.add_(b).Should().BeSameAs(a);
        a.ShouldHold(3, 6);
        a.add_(b, -1).ShouldHold(1, 2);
        a.add_(1).ShouldHold(2, 3);
        a.add_(1, alpha: 2).ShouldHold(4, 5);
        a.sub_(b).ShouldHold(2, 1);
        a.sub_(1).ShouldHold(1, 0);
        a.subtract_(-1).ShouldHold(2, 1);
        a.mul_(b).ShouldHold(4, 4);
        a.mul_(0.5).ShouldHold(2, 2);
        a.div_(b).ShouldHold(1, 0.5);
        a.div_(0.5).ShouldHold(2, 1);
        a.pow_(3).ShouldHold(8, 1);
        a.remainder_(5).ShouldHold(3, 1);
        a.fmod_(2).ShouldHold(1, 1);
        a.addcmul_(b, b, 0.5).ShouldHold(3, 9);
        a.addcdiv_(b, b, 2).ShouldHold(5, 11);
        a.lerp_(b, tensor(0.5f)).ShouldHold(3.5, 7.5);
        torch.multiply_(a, 2).Should().BeSameAs(a);
        a.ShouldHold(7, 15);
    }

    [Fact]
    public void Quotients_round_as_asked()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 7, -7 };
        a.div(2).ShouldHold(3.5, -3.5);
        a.div(2, RoundingMode.trunc).ShouldHold(3, -3);
        a.div(2, RoundingMode.floor).ShouldHold(3, -4);
        a.div(tensor(2f), RoundingMode.floor).ShouldHold(3, -4);
        a.divide(2, RoundingMode.trunc).ShouldHold(3, -3);
        a.floor_divide(2).ShouldHold(3, -4);
        a.floor_divide(tensor(2f)).ShouldHold(3, -4);
        a.clone().floor_divide_(2).ShouldHold(3, -4);
        a.clone().div_(2, RoundingMode.trunc).ShouldHold(3, -3);
    }

    [Fact]
    public void Remainders_take_the_sign_of_divisor_or_dividend()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 7, -7 };
        a.remainder(3).ShouldHold(1, 2);
        a.remainder(tensor(-3f)).ShouldHold(-2, -1);
        a.fmod(3).ShouldHold(1, -1);
        a.fmod(tensor(-3f)).ShouldHold(1, -1);
        (a % 3).ShouldHold(1, 2);
        torch.remainder(a, 3).ShouldHold(1, 2);
    }

    [Fact]
    public void Powers()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2, 3 };
        a.pow(2).ShouldHold(1, 4, 9);
        a.pow(0.5).ShouldHold(1, Math.Sqrt(2), Math.Sqrt(3));
        a.pow(a).ShouldHold(1, 4, 27);
        a.square().ShouldHold(1, 4, 9);
        torch.pow(a, 3).ShouldHold(1, 8, 27);
        torch.square(a).ShouldHold(1, 4, 9);
    }

    [Fact]
    public void Combined_operations()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2 }, b = new float[] { 3, 4 }, c = new float[] { 5, 8 };
        a.addcmul(b, c, 2).ShouldHold(31, 66);
        a.addcdiv(c, b, 3).ShouldHold(6, 8);
        a.addcdiv(c, b).ShouldHold(1 + (5.0 / 3), 4);
        a.lerp(c, tensor(0.25f)).ShouldHold(2, 3.5);
        torch.addcmul(a, b, c, 1).ShouldHold(16, 34);
        torch.lerp(a, c, tensor(0.5f)).ShouldHold(3, 5);
    }

    [Fact]
    public void Operators_of_the_language()
    {
        using var scope = NewDisposeScope();
        Tensor a = new float[] { 1, 2 }, b = new float[] { 4, 8 };
        (a + b).ShouldHold(5, 10);
        (a - b).ShouldHold(-3, -6);
        (a * b).ShouldHold(4, 16);
        (a / b).ShouldHold(0.25, 0.25);
        (-a).ShouldHold(-1, -2);
        (a + 1).ShouldHold(2, 3);
        (1 + a).ShouldHold(2, 3);
        (a - 1.5).ShouldHold(-0.5, 0.5);
        (10 - a).ShouldHold(9, 8);
        (10.5f - a).ShouldHold(9.5, 8.5);
        (a * 3L).ShouldHold(3, 6);
        (0.5 * a).ShouldHold(0.5, 1);
        (a / 2).ShouldHold(0.5, 1);
        (1 / b).ShouldHold(0.25, 0.125);
        (2.0 / b).ShouldHold(0.5, 0.25);
        (a - (Scalar)1).ShouldHold(0, 1);
        ((Scalar)3 - a).ShouldHold(2, 1);
        (3 - tensor(new long[] { 1, 5 })).OfType(ScalarType.Int64).ShouldHold(2, -2);
    }

    [Fact]
    public void Types_are_promoted()
    {
        using var scope = NewDisposeScope();
        Tensor whole = new long[] { 1, 2 }, real = new float[] { 0.5f, 0.5f };
        (whole + real).OfType(ScalarType.Float32).ShouldHold(1.5, 2.5);
        (whole / 2).OfType(ScalarType.Float32).ShouldHold(0.5, 1);
        (whole + 1).OfType(ScalarType.Int64).ShouldHold(2, 3);
        (whole * 1.5).OfType(ScalarType.Float32).ShouldHold(1.5, 3);
        (real + tensor(1.0)).OfType(ScalarType.Float32).ShouldHold(1.5, 1.5);
    }

    [Fact]
    public void Shapes_are_broadcast()
    {
        using var scope = NewDisposeScope();
        Tensor column = tensor(new float[,] { { 1 }, { 2 } }), row = new float[] { 10, 20, 30 };
        (column + row).ShouldBe([2, 3], 11, 21, 31, 12, 22, 32);
        (tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }) * row).ShouldBe([2, 3], 10, 40, 90, 40, 100, 180);
        (zeros(0, 3) + row).ShouldBe([0, 3]);
        var target = zeros(2, 3);
        target.add_(row).ShouldBe([2, 3], 10, 20, 30, 10, 20, 30);
        FluentActions.Invoking(() => row.clone().add_(zeros(2, 3))).Should().Throw<Exception>().WithMessage("*doesn't match the broadcast shape*");
    }
}
