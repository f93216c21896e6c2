using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorReductionTests
{
    private static Tensor Matrix() => tensor(new double[,] { { 1, 2, 3 }, { 4, 5, 9 } });

    [Fact]
    public void Sums()
    {
        using var scope = NewDisposeScope();
        var m = Matrix();
        m.sum().ShouldBe([], 24);
        m.sum(0L).ShouldBe([3], 5, 7, 12);
        m.sum(-1).ShouldBe([2], 6, 18);
        m.sum(1, keepdim: true).ShouldBe([2, 1], 6, 18);
        m.sum(new long[] { 0, 1 }).ShouldBe([], 24);
        m.sum(0, 1).ShouldBe([], 24);
        ones(2, 2, 2).sum(0, 1, 2).ShouldBe([], 8);
        ones(2, 2, 2).sum(0, 2, keepdim: true).ShouldBe([1, 2, 1], 4, 4);
        torch.sum(m).ShouldBe([], 24);
        torch.sum(m, 0L).ShouldBe([3], 5, 7, 12);
        m.sum(type: float32).OfType(ScalarType.Float32).ShouldBe([], 24);
        tensor(new bool[] { true, true }).sum().OfType(ScalarType.Int64).ShouldBe([], 2);
        tensor(new double[] { 1, double.NaN }).nansum().ShouldBe([], 1);
        zeros(0).sum().ShouldBe([], 0);
    }

    [Fact]
    public void Products_and_running_totals()
    {
        using var scope = NewDisposeScope();
        var m = Matrix();
        m.prod().ShouldBe([], 1080);
        m.prod(0L).ShouldBe([3], 4, 10, 27);
        torch.prod(m, 1, keepdim: true).ShouldBe([2, 1], 6, 180);
        m.cumsum(1).ShouldBe([2, 3], 1, 3, 6, 4, 9, 18);
        m.cumprod(0).ShouldBe([2, 3], 1, 2, 3, 4, 10, 27);
        torch.cumsum(m, 0).ShouldBe([2, 3], 1, 2, 3, 5, 7, 12);
        torch.cumprod(m, 1).ShouldBe([2, 3], 1, 2, 6, 4, 20, 180);
    }

    [Fact]
    public void Means()
    {
        using var scope = NewDisposeScope();
        var m = Matrix();
        m.mean().ShouldBe([], 4);
        m.mean(new long[] { 0 }).ShouldBe([3], 2.5, 3.5, 6);
        m.mean([1], keepdim: true).ShouldBe([2, 1], 2, 6);
        torch.mean(m, [0, 1]).ShouldBe([], 4);
        tensor(new long[] { 1, 2 }).mean([0], type: float64).OfType(ScalarType.Float64).ShouldBe([], 1.5);
        m.median().ShouldBe([], 3);
        zeros(0).mean().ShouldBe([], double.NaN);
        FluentActions.Invoking(() => tensor(new long[] { 1, 2 }).mean()).Should().Throw<Exception>().WithMessage("*dtype*");
    }

    [Fact]
    public void Spread()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { 1, 2, 3, 6 };
        x.var().ShouldBe([], 14.0 / 3);
        x.std().ShouldBe([], Math.Sqrt(14.0 / 3));
        x.std(unbiased: false).ShouldBe([], Math.Sqrt(3.5));
        var m = Matrix();
        m.var(0).ShouldBe([3], 4.5, 4.5, 18);
        m.std(1, unbiased: false, keepdim: true).ShouldBe([2, 1], Math.Sqrt(2.0 / 3), Math.Sqrt(14.0 / 3));
        m.var((0, 1), unbiased: false).ShouldBe([], 40.0 / 6);
        m.var(stackalloc long[] { 0, 1 }, unbiased: false).ShouldBe([], 40.0 / 6);
        torch.std(x).ShouldBe([], Math.Sqrt(14.0 / 3));
        torch.var(m, 0).ShouldBe([3], 4.5, 4.5, 18);
        var (std, mean) = x.std_mean(unbiased: false);
        std.ShouldBe([], Math.Sqrt(3.5));
        mean.ShouldBe([], 3);
        var (variance, center) = m.var_mean(1);
        variance.ShouldBe([2], 1, 7);
        center.ShouldBe([2], 2, 6);
    }

    [Fact]
    public void Norms()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new double[,] { { 3, 4 }, { 6, 8 } });
        x.norm().ShouldBe([], Math.Sqrt(125));
        x.norm(1f).ShouldBe([], 21);
        x.norm(1, p: 2f).ShouldBe([2], 5, 10);
        x.norm(1, keepdim: true).ShouldBe([2, 1], 5, 10);
        x.norm(float.PositiveInfinity).ShouldBe([], 8);
        torch.norm(x).ShouldBe([], Math.Sqrt(125));
        x.dist(zeros_like(x)).ShouldBe([], Math.Sqrt(125));
        linalg.norm(x).ShouldBe([], Math.Sqrt(125));
        linalg.norm(x, "fro").ShouldBe([], Math.Sqrt(125));
        linalg.norm(x, 2, dims: [1]).ShouldBe([2], 5, 10);
        linalg.vector_norm(x, 1).ShouldBe([], 21);
        x.logsumexp(1).ShouldHold(4 + Math.Log(1 + Math.Exp(-1)), 8 + Math.Log(1 + Math.Exp(-2)));
    }

    [Fact]
    public void Verdicts()
    {
        using var scope = NewDisposeScope();
        Tensor b = tensor(new bool[,] { { true, false }, { true, true } });
        b.all().ShouldBeTrueAt(false);
        b.any().ShouldBeTrueAt(true);
        b.all(1).ShouldBeTrueAt(false, true);
        b.any(0, keepdim: true).shape.Should().Equal(1, 2);
        torch.all(b, 0).ShouldBeTrueAt(true, false);
        torch.any(b).ShouldBeTrueAt(true);
        b.count_nonzero().ShouldBe([], 3);
        b.count_nonzero([0]).ShouldBe([2], 2, 1);
        zeros(0, dtype: @bool).all().ShouldBeTrueAt(true);
    }

    [Fact]
    public void Extremes_and_where_they_are()
    {
        using var scope = NewDisposeScope();
        Tensor m = tensor(new double[,] { { 1, 7, 3 }, { 4, 5, 9 } });
        m.max().ShouldBe([], 9);
        m.min().ShouldBe([], 1);
        var (values, indexes) = m.max(1);
        values.ShouldBe([2], 7, 9);
        indexes.OfType(ScalarType.Int64).ShouldBe([2], 1, 2);
        m.min(0, keepdim: true).values.ShouldBe([1, 3], 1, 5, 3);
        m.argmax().ShouldBe([], 5);
        m.argmax(1).ShouldBe([2], 1, 2);
        m.argmin(0, keepdim: true).ShouldBe([1, 3], 0, 1, 0);
        m.amax(0, 1).ShouldBe([], 9);
        m.amax([1], keepdim: true).ShouldBe([2, 1], 7, 9);
        m.amin(new long[] { 0 }).ShouldBe([3], 1, 5, 3);
        var (min, max) = m.aminmax();
        min.ShouldBe([], 1);
        max.ShouldBe([], 9);
        torch.max(m).ShouldBe([], 9);
        torch.max(m, 1).values.ShouldBe([2], 7, 9);
        torch.argmax(m, 0).ShouldBe([3], 1, 0, 1);
        torch.amax(m, new long[] { 0 }).ShouldBe([3], 4, 7, 9);
        FluentActions.Invoking(() => zeros(0).max()).Should().Throw<Exception>();
    }

    [Fact]
    public void Order()
    {
        using var scope = NewDisposeScope();
        Tensor x = new double[] { 3, 1, 2 };
        var (values, indices) = x.sort();
        values.ShouldHold(1, 2, 3);
        indices.ShouldHold(1, 2, 0);
        x.sort(descending: true).Values.ShouldHold(3, 2, 1);
        x.argsort().ShouldHold(1, 2, 0);
        x.msort().ShouldHold(1, 2, 3);
        torch.sort(x).values.ShouldHold(1, 2, 3);
        var (top, places) = x.topk(2);
        top.ShouldHold(3, 2);
        places.ShouldHold(0, 2);
        x.topk(1, largest: false).values.ShouldHold(1);
        tensor(new double[] { 1, 1, 0 }).sort(stable: true).Indices.ShouldHold(2, 0, 1);
    }

    [Fact]
    public void Distinct_elements()
    {
        using var scope = NewDisposeScope();
        Tensor x = new long[] { 2, 1, 2 };
        var (output, inverse, counts) = x.unique(return_inverse: true, return_counts: true);
        output.ShouldHold(1, 2);
        inverse!.ShouldHold(1, 0, 1);
        counts!.ShouldHold(1, 2);
        var plain = x.unique();
        plain.inverse_indices.Should().BeNull();
        plain.counts.Should().BeNull();
        tensor(new long[,] { { 1, 2 }, { 1, 2 } }).unique(dim: 0).output.ShouldBe([1, 2], 1, 2);
    }
}
