using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorPointwiseTests
{
    private sealed record Function(Func<Tensor, Tensor> Member, Func<Tensor, Tensor> Static, Func<Tensor, Tensor>? InPlace, Func<double, double> Expected);

    private static readonly Dictionary<string, Function> Functions = new()
    {
        ["abs"] = new(t => t.abs(), torch.abs, t => t.abs_(), Math.Abs),
        ["neg"] = new(t => t.neg(), torch.neg, t => t.neg_(), x => -x),
        ["sign"] = new(t => t.sign(), torch.sign, t => t.sign_(), x => Math.Sign(x)),
        ["sqrt"] = new(t => t.sqrt(), torch.sqrt, t => t.sqrt_(), Math.Sqrt),
        ["rsqrt"] = new(t => t.rsqrt(), torch.rsqrt, t => t.rsqrt_(), x => 1 / Math.Sqrt(x)),
        ["reciprocal"] = new(t => t.reciprocal(), torch.reciprocal, t => t.reciprocal_(), x => 1 / x),
        ["exp"] = new(t => t.exp(), torch.exp, t => t.exp_(), Math.Exp),
        ["exp2"] = new(t => t.exp2(), torch.exp2, null, x => Math.Pow(2, x)),
        ["expm1"] = new(t => t.expm1(), torch.expm1, t => t.expm1_(), x => Math.Exp(x) - 1),
        ["log"] = new(t => t.log(), torch.log, t => t.log_(), Math.Log),
        ["log2"] = new(t => t.log2(), torch.log2, t => t.log2_(), Math.Log2),
        ["log10"] = new(t => t.log10(), torch.log10, t => t.log10_(), Math.Log10),
        ["log1p"] = new(t => t.log1p(), torch.log1p, t => t.log1p_(), x => Math.Log(1 + x)),
        ["ceil"] = new(t => t.ceil(), torch.ceil, t => t.ceil_(), Math.Ceiling),
        ["floor"] = new(t => t.floor(), torch.floor, t => t.floor_(), Math.Floor),
        ["trunc"] = new(t => t.trunc(), torch.trunc, t => t.trunc_(), Math.Truncate),
        ["fix"] = new(t => t.fix(), torch.fix, t => t.fix_(), Math.Truncate),
        ["frac"] = new(t => t.frac(), torch.frac, t => t.frac_(), x => x - Math.Truncate(x)),
        ["round"] = new(t => t.round(), t => torch.round(t), t => t.round_(), x => Math.Round(x, MidpointRounding.ToEven)),
        ["sigmoid"] = new(t => t.sigmoid(), torch.sigmoid, t => t.sigmoid_(), x => 1 / (1 + Math.Exp(-x))),
        ["relu"] = new(t => t.relu(), t => t.relu(), t => t.relu_(), x => Math.Max(x, 0)),
        ["square"] = new(t => t.square(), torch.square, null, x => x * x),
        ["sin"] = new(t => t.sin(), torch.sin, t => t.sin_(), Math.Sin),
        ["cos"] = new(t => t.cos(), torch.cos, t => t.cos_(), Math.Cos),
        ["tan"] = new(t => t.tan(), torch.tan, t => t.tan_(), Math.Tan),
        ["asin"] = new(t => t.asin(), torch.asin, t => t.asin_(), Math.Asin),
        ["acos"] = new(t => t.acos(), torch.acos, t => t.acos_(), Math.Acos),
        ["atan"] = new(t => t.atan(), torch.atan, t => t.atan_(), Math.Atan),
        ["sinh"] = new(t => t.sinh(), torch.sinh, t => t.sinh_(), Math.Sinh),
        ["cosh"] = new(t => t.cosh(), torch.cosh, t => t.cosh_(), Math.Cosh),
        ["tanh"] = new(t => t.tanh(), torch.tanh, t => t.tanh_(), Math.Tanh),
    };

    public static TheoryData<string> Names() => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_form_of_a_function_gives_the_same_values(string name)
    {
        using var scope = NewDisposeScope();
        var function = Functions[name];
        double[] inputs = [-2.5, -0.75, 0.25, 0.5, 1.0, 2.5];
        double[] expected = [.. inputs.Select(function.Expected)];
        var input = tensor(inputs);
        function.Member(input).ShouldBe([6], expected);
        function.Static(input).ShouldBe([6], expected);
        input.ShouldHold(inputs);
        if (function.InPlace is null) return;
        var copy = input.clone();
        function.InPlace(copy).Should().BeSameAs(copy);
        copy.ShouldBe([6], expected);
    }

    [Fact]
    public void Error_function()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { 0, 1 };
        x.erf().ShouldHold(0, 0.8427007929);
        x.erfc().ShouldHold(1, 0.1572992070);
        torch.erf(x).ShouldHold(0, 0.8427007929);
        x.erf_().ShouldHold(0, 0.8427007929);
    }

    [Fact]
    public void Rounding_to_decimals()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { 1.25, 2.345, -0.55 };
        x.round(1).ShouldHold(1.2, 2.3, -0.6);
        torch.round(x, 0).ShouldHold(1, 2, -1);
        tensor(new double[] { 150, 250 }).round(-2).ShouldHold(200, 200);
    }

    [Fact]
    public void Clamping()
    {
        using var scope = NewDisposeScope();
        Tensor x = new float[] { -2, 0.5f, 3 };
        x.clamp(-1, 1).ShouldHold(-1, 0.5, 1);
        x.clamp(min: 0).ShouldHold(0, 0.5, 3);
        x.clamp(max: 1.0).ShouldHold(-2, 0.5, 1);
        x.clip(0, 1).ShouldHold(0, 0.5, 1);
        x.clamp_min(0).ShouldHold(0, 0.5, 3);
        x.clamp_max(0).ShouldHold(-2, 0, 0);
        x.clamp(tensor(new float[] { 0, 1, 2 }), tensor(5f)).ShouldHold(0, 1, 3);
        torch.clamp(x, -1, 1).ShouldHold(-1, 0.5, 1);
        x.clone().clamp_(-1, 1).ShouldHold(-1, 0.5, 1);
        x.clone().clamp_min_(0).ShouldHold(0, 0.5, 3);
        x.clone().clamp_max_(0).ShouldHold(-2, 0, 0);
    }

    [Fact]
    public void Larger_and_smaller_of_two()
    {
        using var scope = NewDisposeScope();
        Tensor a = new double[] { 1, 5, double.NaN }, b = new double[] { 3, 2, 4 };
        a.maximum(b).ShouldHold(3, 5, double.NaN);
        a.minimum(b).ShouldHold(1, 2, double.NaN);
        a.fmax(b).ShouldHold(3, 5, 4);
        a.fmin(b).ShouldHold(1, 2, 4);
        torch.maximum(a, b).ShouldHold(3, 5, double.NaN);
        torch.minimum(a, b).ShouldHold(1, 2, double.NaN);
        a.max(b).ShouldHold(3, 5, double.NaN);
        torch.min(a, b).ShouldHold(1, 2, double.NaN);
    }

    [Fact]
    public void Softmax_along_a_dimension()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new double[,] { { 0, Math.Log(3) }, { 1000, 1000 } });
        x.softmax(1).ShouldBe([2, 2], 0.25, 0.75, 0.5, 0.5);
        x.log_softmax(1).ShouldHold(Math.Log(0.25), Math.Log(0.75), Math.Log(0.5), Math.Log(0.5));
        torch.softmax(x, -1).ShouldHold(0.25, 0.75, 0.5, 0.5);
        x.softmax(0)[0].ShouldHold(0, 0);
        tensor(new float[] { 0, 0 }).softmax(0, float64).OfType(ScalarType.Float64).ShouldHold(0.5, 0.5);
    }

    [Fact]
    public void Functions_of_two()
    {
        using var scope = NewDisposeScope();
        Tensor y = new double[] { 1, -1 }, x = new double[] { 1, 0 };
        y.atan2(x).ShouldHold(Math.PI / 4, -Math.PI / 2);
        torch.atan2(y, x).ShouldHold(Math.PI / 4, -Math.PI / 2);
        tensor(3.0).hypot(tensor(4.0)).ShouldHold(5);
        tensor(1000.0).logaddexp(tensor(1000.0)).ShouldHold(1000 + Math.Log(2));
    }

    [Fact]
    public void Not_a_number_and_the_infinities_are_replaced()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity };
        x.nan_to_num(7, 1, -1).ShouldHold(7, 1, -1);
        x.nan_to_num().ShouldHold(0, double.MaxValue, double.MinValue);
    }
}
