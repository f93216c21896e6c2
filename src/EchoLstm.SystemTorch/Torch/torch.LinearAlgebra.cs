using TorchSharp.Interop;

namespace TorchSharp;

// Products of vectors, matrices and batches of them.
public static partial class torch
{
    private static readonly Operator EinsumOp = Operator.Find("aten::einsum");

    /// <summary>Matrix product with broadcasting of leading dimensions.</summary>
    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);

    /// <summary>Product of two matrices.</summary>
    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);

    /// <summary>Products of the matrices of two batches.</summary>
    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);

    /// <summary>Product of a matrix and a vector.</summary>
    public static Tensor mv(Tensor input, Tensor target) => input.mv(target);

    /// <summary>Dot product of two vectors.</summary>
    public static Tensor dot(Tensor input, Tensor other) => input.dot(other);

    /// <summary>Products summed over the last dimensions.</summary>
    public static Tensor inner(Tensor input, Tensor vec2) => input.inner(vec2);

    /// <summary>Outer product of two vectors.</summary>
    public static Tensor outer(Tensor input, Tensor vec2) => input.outer(vec2);

    /// <summary>Same as <c>outer</c>.</summary>
    public static Tensor ger(Tensor input, Tensor vec2) => input.ger(vec2);

    /// <summary><c>beta * this + alpha * outer(vec1, vec2)</c>.</summary>
    public static Tensor addr(Tensor input, Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f)
        => input.addr(vec1, vec2, beta, alpha);

    /// <summary><c>beta * this + alpha * outer(vec1, vec2)</c>, in place.</summary>
    public static Tensor addr_(Tensor input, Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f)
        => input.addr_(vec1, vec2, beta, alpha);

    /// <summary>Inverse of a square matrix.</summary>
    public static Tensor inverse(Tensor input) => input.inverse();

    /// <summary>Determinant of a square matrix.</summary>
    public static Tensor det(Tensor input) => input.det();

    /// <summary><c>beta * this + alpha * (mat1 @ mat2)</c>.</summary>
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm(mat1, mat2, beta, alpha);

    /// <summary><c>beta * this + alpha * (mat1 @ mat2)</c>, in place.</summary>
    public static Tensor addmm_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm_(mat1, mat2, beta, alpha);

    /// <summary><c>beta * input + alpha * (mat1 @ mat2)</c> with a vector <c>mat2</c>.</summary>
    public static Tensor addmv(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmv(mat1, mat2, beta, alpha);

    /// <summary><c>beta * input + alpha * (mat1 @ mat2)</c> with a vector <c>mat2</c>, in place.</summary>
    public static Tensor addmv_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmv_(mat1, mat2, beta, alpha);

    /// <summary>Products and sums in the notation of Einstein, such as <c>"bij,bjk-&gt;bik"</c>.</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => EinsumOp.Call(equation, tensors);
}
