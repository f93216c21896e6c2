using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorLinearAlgebraTests
{
    private static Tensor A() => tensor(new double[,] { { 1, 2 }, { 3, 4 } });

    private static Tensor B() => tensor(new double[,] { { 0, 1 }, { 2, 3 } });

    [Fact]
    public void Products()
    {
        using var scope = NewDisposeScope();
        Tensor a = A(), b = B(), v = new double[] { 1, 2 };
        a.matmul(b).ShouldBe([2, 2], 4, 7, 8, 15);
        a.mm(b).ShouldBe([2, 2], 4, 7, 8, 15);
        torch.matmul(a, b).ShouldBe([2, 2], 4, 7, 8, 15);
        torch.mm(a, b).ShouldBe([2, 2], 4, 7, 8, 15);
        a.mv(v).ShouldBe([2], 5, 11);
        a.matmul(v).ShouldBe([2], 5, 11);
        v.matmul(a).ShouldBe([2], 7, 10);
        v.dot(v).ShouldBe([], 5);
        torch.dot(v, v).ShouldBe([], 5);
        v.inner(v).ShouldBe([], 5);
        v.outer(v).ShouldBe([2, 2], 1, 2, 2, 4);
        torch.outer(v, v).ShouldBe([2, 2], 1, 2, 2, 4);
        stack([a, b]).bmm(stack([b, a])).ShouldBe([2, 2, 2], 4, 7, 8, 15, 3, 4, 11, 16);
        torch.bmm(stack([a]), stack([b])).ShouldBe([1, 2, 2], 4, 7, 8, 15);
        stack([a, b]).matmul(v).ShouldBe([2, 2], 5, 11, 2, 8);
        zeros(2, 0).matmul(zeros(0, 3)).ShouldBe([2, 3], 0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void Products_added()
    {
        using var scope = NewDisposeScope();
        Tensor a = A(), b = B(), v = new double[] { 1, 2 };
        ones(2, 2, dtype: float64).addmm(a, b).ShouldBe([2, 2], 5, 8, 9, 16);
        ones(2, 2, dtype: float64).addmm(a, b, beta: 0.5f, alpha: 2).ShouldBe([2, 2], 8.5, 14.5, 16.5, 30.5);
        v.addmm(a, b).ShouldBe([2, 2], 5, 9, 9, 17);
        torch.addmm(ones_like(a), a, b, 1, 1).ShouldBe([2, 2], 5, 8, 9, 16);
        ones_like(a).addmm_(a, b).ShouldBe([2, 2], 5, 8, 9, 16);
        v.addmv(a, v).ShouldBe([2], 6, 13);
        ones_like(a).addr(v, v).ShouldBe([2, 2], 2, 3, 3, 5);
    }

    [Fact]
    public void Einstein_sums()
    {
        using var scope = NewDisposeScope();
        einsum("ij,jk->ik", A(), B()).ShouldBe([2, 2], 4, 7, 8, 15);
        einsum("ii", A()).ShouldBe([], 5);
        einsum("ij->j", A()).ShouldBe([2], 4, 6);
    }

    [Fact]
    public void Inverse_determinant_and_solution()
    {
        using var scope = NewDisposeScope();
        linalg.inv(A()).ShouldBe([2, 2], -2, 1, 1.5, -0.5);
        A().inverse().ShouldBe([2, 2], -2, 1, 1.5, -0.5);
        linalg.det(A()).ShouldBe([], -2);
        A().det().ShouldBe([], -2);
        linalg.solve(A(), tensor(new double[] { 5, 11 })).ShouldBe([2], 1, 2);
        FluentActions.Invoking(() => linalg.inv(zeros(2, 2))).Should().Throw<Exception>().WithMessage("*singular*");
    }

    [Fact]
    public void Decompositions_multiply_back()
    {
        using var scope = NewDisposeScope();
        var m = tensor(new double[,] { { 3, 1 }, { 4, 2 }, { 0, 5 } });
        var (q, r) = linalg.qr(m);
        q.shape.Should().Equal(3, 2);
        q.matmul(r).ShouldBe([3, 2], 3, 1, 4, 2, 0, 5);
        q.t().matmul(q).ShouldBe([2, 2], 1, 0, 0, 1);
        r[1, 0].ShouldHold(0);
        linalg.qr(m, linalg.QRMode.Complete).Q.shape.Should().Equal(3, 3);
        var (u, s, vh) = linalg.svd(m, fullMatrices: false);
        u.matmul(s.diag()).matmul(vh).ShouldBe([3, 2], 3, 1, 4, 2, 0, 5);
        linalg.svdvals(m).allclose(s).Should().BeTrue();
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => zeros(2, 3).mm(zeros(2, 3))).Should().Throw<Exception>().WithMessage("*mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)*");
        FluentActions.Invoking(() => zeros(3).dot(zeros(2))).Should().Throw<Exception>();
        FluentActions.Invoking(() => zeros(2, 3).mv(zeros(2))).Should().Throw<Exception>().WithMessage("*size mismatch*");
        FluentActions.Invoking(() => zeros(2, 2, 3).bmm(zeros(3, 3, 2))).Should().Throw<Exception>();
        FluentActions.Invoking(() => zeros(2) + zeros(3)).Should().Throw<Exception>().WithMessage("*size of tensor a (2) must match the size of tensor b (3)*");
        FluentActions.Invoking(() => einsum("ij,jk->ik", zeros(2, 3), zeros(2, 3))).Should().Throw<Exception>();
    }
}
