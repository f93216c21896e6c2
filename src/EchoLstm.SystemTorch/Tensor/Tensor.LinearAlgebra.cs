using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Products of vectors, matrices and batches of them.
    public partial class Tensor
    {
        private static readonly Operator MatmulOp = Operator.Find("aten::matmul");
        private static readonly Operator MmOp = Operator.Find("aten::mm");
        private static readonly Operator BmmOp = Operator.Find("aten::bmm");
        private static readonly Operator MvOp = Operator.Find("aten::mv");
        private static readonly Operator DotOp = Operator.Find("aten::dot");
        private static readonly Operator InnerOp = Operator.Find("aten::inner");
        private static readonly Operator OuterOp = Operator.Find("aten::outer");
        private static readonly Operator AddmmOp = Operator.Find("aten::addmm");
        private static readonly Operator AddmmInPlaceOp = Operator.Find("aten::addmm_");
        private static readonly Operator AddmvOp = Operator.Find("aten::addmv");
        private static readonly Operator AddmvInPlaceOp = Operator.Find("aten::addmv_");
        private static readonly Operator AddrOp = Operator.Find("aten::addr");
        private static readonly Operator AddrInPlaceOp = Operator.Find("aten::addr_");

        /// <summary>Matrix product with broadcasting of leading dimensions.</summary>
        public Tensor matmul(Tensor target) => MatmulOp.Call(this, target);

        /// <summary>Product of two matrices.</summary>
        public Tensor mm(Tensor target) => MmOp.Call(this, target);

        /// <summary>Products of the matrices of two batches.</summary>
        public Tensor bmm(Tensor batch2) => BmmOp.Call(this, batch2);

        /// <summary>Product of a matrix and a vector.</summary>
        public Tensor mv(Tensor target) => MvOp.Call(this, target);

        /// <summary>Dot product of two vectors.</summary>
        public Tensor dot(Tensor target) => DotOp.Call(this, target);

        /// <summary>Products summed over the last dimensions.</summary>
        public Tensor inner(Tensor vec2) => InnerOp.Call(this, vec2);

        /// <summary>Outer product of two vectors.</summary>
        public Tensor outer(Tensor vec2) => OuterOp.Call(this, vec2);

        /// <summary>Same as <c>outer</c>.</summary>
        public Tensor ger(Tensor vec2) => outer(vec2);

        /// <summary><c>beta * this + alpha * (mat1 @ mat2)</c>.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
            => AddmmOp.Call(this, mat1, mat2, (Scalar)beta, (Scalar)alpha);

        /// <summary><c>beta * this + alpha * (mat1 @ mat2)</c>, in place.</summary>
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
        {
            AddmmInPlaceOp.CallDropping(this, mat1, mat2, (Scalar)beta, (Scalar)alpha);
            return this;
        }

        /// <summary><c>beta * this + alpha * (mat @ vec)</c>.</summary>
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f)
            => AddmvOp.Call(this, mat, vec, (Scalar)beta, (Scalar)alpha);

        /// <summary><c>beta * this + alpha * (mat @ vec)</c>, in place.</summary>
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f)
        {
            AddmvInPlaceOp.CallDropping(this, mat, vec, (Scalar)beta, (Scalar)alpha);
            return this;
        }

        /// <summary><c>beta * this + alpha * outer(vec1, vec2)</c>.</summary>
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f)
            => AddrOp.Call(this, vec1, vec2, (Scalar)beta, (Scalar)alpha);

        /// <summary><c>beta * this + alpha * outer(vec1, vec2)</c>, in place.</summary>
        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f)
        {
            AddrInPlaceOp.CallDropping(this, vec1, vec2, (Scalar)beta, (Scalar)alpha);
            return this;
        }

        /// <summary>Inverse of a square matrix.</summary>
        public Tensor inverse() => linalg.inv(this);

        /// <summary>Determinant of a square matrix.</summary>
        public Tensor det() => linalg.det(this);
    }
}
