using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorGradientTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> OfOne = new()
    {
        ["add"] = x => x.add(2) + (1 + x),
        ["sub"] = x => x.sub(2) - (1 - x),
        ["mul"] = x => x.mul(3) * x,
        ["div"] = x => x.div(3) + (2 / x),
        ["pow"] = x => x.pow(3) + x.pow(0.5) + x.square(),
        ["remainder"] = x => x.remainder(10),
        ["abs neg sign"] = x => x.abs() + x.neg() + x.sign(),
        ["sqrt rsqrt reciprocal"] = x => x.sqrt() + x.rsqrt() + x.reciprocal(),
        ["exp log"] = x => x.exp() + x.exp2() + x.expm1() + x.log() + x.log2() + x.log10() + x.log1p(),
        ["floor ceil round trunc frac"] = x => x.floor() + x.ceil() + x.round() + x.trunc() + x.frac(),
        ["trigonometry"] = x => x.sin() + x.cos() + x.tan() + (x / 4).asin() + (x / 4).acos() + x.atan() + x.sinh() + x.cosh() + x.tanh(),
        ["erf"] = x => x.erf() + x.erfc(),
        ["sigmoid relu"] = x => x.sigmoid() + (x - 1).relu(),
        ["softmax"] = x => x.softmax(-1) + x.log_softmax(0),
        ["clamp"] = x => x.clamp(0.5, 1.5) + x.clamp_min(1) + x.clamp_max(1),
        ["sum"] = x => x.sum() + x.sum(0L) + x.sum(1, keepdim: true),
        ["prod cumsum cumprod"] = x => x.prod() + x.prod(0L) + x.cumsum(1) + x.cumprod(0),
        ["mean"] = x => x.mean() + x.mean([0]) + x.mean([1], keepdim: true),
        ["var std"] = x => x.var() + x.std() + x.var(0) + x.std(1, unbiased: false, keepdim: true) + x.var_mean().mean,
        ["norm"] = x => x.norm() + x.norm(1, keepdim: true) + x.logsumexp(0) + linalg.vector_norm(x),
        ["max min"] = x => x.max() + x.min(0).values + x.amax([1], keepdim: true) + x.median(),
        ["sort topk"] = x => x.sort(1).Values + x.topk(3, dim: 1).values,
        ["reshape"] = x => x.reshape(3, 2).view(6).view_as(x).t().reshape(2, 3).flatten().unflatten(0, 2, 3),
        ["squeeze"] = x => x.unsqueeze(0).squeeze(0).transpose(0, 1).permute(1, 0),
        ["expand"] = x => x.unsqueeze(0).expand(2, 2, 3) + x.repeat(2, 1, 1) + x.broadcast_to(2, 2, 3),
        ["repeat"] = x => x.repeat_interleave(2, dim: 0).flip(0).roll(1, 1),
        ["triangles"] = x => x.tril() + x.triu(1) + x.diagonal().sum(),
        ["split"] = x => x.split(1)[1] + x.chunk(2, 0)[0] + x.unbind()[0],
        ["join"] = x => cat([x, x * 2], 1) + stack([x, x], 1).reshape(2, 6),
        ["index"] = x => x[0, 1..3] + x[TensorIndex.Ellipsis, 1] + x[tensor(new long[] { 1, 1 })].sum() + x[x > 1].sum(),
        ["select"] = x => x.select(0, 1) + x.narrow(0, 0, 1) + x.index_select(1, tensor(new long[] { 2, 2, 0 })) + x.slice(1, 0, 3, 1),
        ["gather"] = x => x.gather(1, tensor(new long[,] { { 0, 0 }, { 2, 1 } })),
        ["masked"] = x => x.masked_fill(x > 1, 0) + x.where(x > 1, x * 2) + x.masked_select(x > 1).sum(),
        ["scatter"] = x => zeros(2, 3, dtype: float64).scatter_add(1, tensor(new long[,] { { 0, 0, 1 }, { 2, 1, 1 } }), x),
        ["copy"] = x => x.clone() + x.contiguous() + x.to(float64) + x.alias() + zeros_like(x).copy_(x),
        ["in place"] = x => x.clone().mul_(x).add_(x, 2).tanh_(),
        ["assign"] = Assign,
    };

    private static readonly Dictionary<string, Func<Tensor[], Tensor>> OfTwo = new()
    {
        ["arithmetic"] = t => t[0] + (t[0] * t[1]) - (t[1] / t[0]),
        ["broadcast"] = t => (t[0] * t[1].sum(1, keepdim: true)) + t[1].mean([0]),
        ["pow"] = t => t[0].pow(t[1]),
        ["alpha"] = t => t[0].add(t[1], 0.5).addcmul(t[0], t[1], 2).addcdiv(t[1], t[0], 3),
        ["lerp"] = t => t[0].lerp(t[1], tensor(0.3)),
        ["extremes"] = t => t[0].maximum(t[1]) + t[0].minimum(t[1]) + t[0].max(t[1]),
        ["atan2"] = t => t[0].atan2(t[1]) + t[0].hypot(t[1]) + t[0].logaddexp(t[1]),
        ["matmul"] = t => t[0].matmul(t[1].t()) + t[0].mm(t[1].t()),
        ["bmm"] = t => t[0].unsqueeze(0).bmm(t[1].t().unsqueeze(0)),
        ["addmm"] = t => ones(2, 2, dtype: float64).addmm(t[0], t[1].t(), 1, 0.5f),
        ["vectors"] = t => t[0][0].dot(t[1][0]) + t[0][0].outer(t[1][1]).sum() + t[0].mv(t[1][0]).sum(),
        ["einsum"] = t => einsum("ij,kj->ik", t[0], t[1]),
        ["inverse"] = t => linalg.inv(t[0].mm(t[1].t()) + (5 * eye(2, dtype: float64))),
    };

    public static TheoryData<string> FunctionsOfOne() => [.. OfOne.Keys];

    public static TheoryData<string> FunctionsOfTwo() => [.. OfTwo.Keys];

    // No element lies within a step of a kink (0.5, 1, 1.5, ties) of any function above.
    private static Tensor X() => tensor(new double[,] { { 0.3, 1.7, 0.8 }, { 2.4, 1.1, 0.6 } });

    private static Tensor Y() => tensor(new double[,] { { 1.3, 0.7, 2.2 }, { 0.9, 1.9, 1.4 } });

    private static Tensor Assign(Tensor x)
    {
        var target = zeros(2, 3, dtype: float64);
        target[0] = x[1];
        target[1, 1..] = x[0, ..2] * 2;
        return target;
    }

    [Theory]
    [MemberData(nameof(FunctionsOfOne))]
    public void Functions_of_one_tensor(string name)
    {
        using var scope = NewDisposeScope();
        GradientCheck.Verify(OfOne[name], X());
    }

    [Theory]
    [MemberData(nameof(FunctionsOfTwo))]
    public void Functions_of_two_tensors(string name)
    {
        using var scope = NewDisposeScope();
        GradientCheck.Verify(OfTwo[name], X(), Y());
    }
}
