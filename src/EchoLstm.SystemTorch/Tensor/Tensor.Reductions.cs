using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Reductions to a sum, product, mean, norm or verdict.
    public partial class Tensor
    {
        private static readonly Operator SumOp = Operator.Find("aten::sum");
        private static readonly Operator SumDimIntListOp = Operator.Find("aten::sum", "dim_IntList");
        private static readonly Operator NansumOp = Operator.Find("aten::nansum");
        private static readonly Operator ProdOp = Operator.Find("aten::prod");
        private static readonly Operator ProdDimIntOp = Operator.Find("aten::prod", "dim_int");
        private static readonly Operator MeanOp = Operator.Find("aten::mean");
        private static readonly Operator MeanDimOp = Operator.Find("aten::mean", "dim");
        private static readonly Operator LogsumexpOp = Operator.Find("aten::logsumexp");
        private static readonly Operator NormScalarOp = Operator.Find("aten::norm", "Scalar");
        private static readonly Operator NormScalarOptDimOp = Operator.Find("aten::norm", "ScalarOpt_dim");
        private static readonly Operator DistOp = Operator.Find("aten::dist");
        private static readonly Operator AllOp = Operator.Find("aten::all");
        private static readonly Operator AllDimOp = Operator.Find("aten::all", "dim");
        private static readonly Operator AnyOp = Operator.Find("aten::any");
        private static readonly Operator AnyDimOp = Operator.Find("aten::any", "dim");
        private static readonly Operator CountNonzeroDimIntListOp = Operator.Find("aten::count_nonzero", "dim_IntList");
        private static readonly Operator CumsumOp = Operator.Find("aten::cumsum");
        private static readonly Operator CumprodOp = Operator.Find("aten::cumprod");
        private static readonly Operator MedianOp = Operator.Find("aten::median");

        /// <summary>Sum of all elements.</summary>
        public Tensor sum(ScalarType? type = null) => SumOp.Call(this, type);

        /// <summary>Sum over the given dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => SumDimIntListOp.Call(this, dim, keepdim, type);

        /// <summary>Sum over the given dimensions.</summary>
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => sum(dim.ToArray(), keepdim, type);

        /// <summary>Sum over one dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum(new[] { dim }, keepdim, type);

        /// <summary>Sum over two dimensions.</summary>
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum(new[] { dim0, dim1 }, keepdim, type);

        /// <summary>Sum over three dimensions.</summary>
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null)
            => sum(new[] { dim0, dim1, dim2 }, keepdim, type);

        /// <summary>Sum of all elements that are numbers.</summary>
        public Tensor nansum() => NansumOp.Call(this);

        /// <summary>Product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => ProdOp.Call(this, type);

        /// <summary>Product over one dimension.</summary>
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => ProdDimIntOp.Call(this, dim, keepdim, type);

        /// <summary>Mean of all elements.</summary>
        public Tensor mean() => MeanOp.Call(this);

        /// <summary>Mean over the given dimensions.</summary>
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => MeanDimOp.Call(this, dimensions, keepdim, type);

        /// <summary><c>log(sum(exp(x)))</c> over one dimension, computed without overflow.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => LogsumexpOp.Call(this, new[] { dim }, keepdim);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2.0f) => NormScalarOp.Call(this, (Scalar)p);

        /// <summary>The p-norm over one dimension.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => NormScalarOptDimOp.Call(this, (Scalar)p, new long[] { dim }, keepdim);

        /// <summary>The p-norm of the difference of two tensors.</summary>
        public Tensor dist(Tensor other, float p = 2.0f) => DistOp.Call(this, other, (Scalar)p);

        /// <summary>Whether all elements are not zero.</summary>
        public Tensor all() => AllOp.Call(this);

        /// <summary>Whether all elements along a dimension are not zero.</summary>
        public Tensor all(long dim, bool keepdim = false) => AllDimOp.Call(this, dim, keepdim);

        /// <summary>Whether any element is not zero.</summary>
        public Tensor any() => AnyOp.Call(this);

        /// <summary>Whether any element along a dimension is not zero.</summary>
        public Tensor any(long dim, bool keepdim = false) => AnyDimOp.Call(this, dim, keepdim);

        /// <summary>Number of elements that are not zero, over the given dimensions or all.</summary>
        public Tensor count_nonzero(long[]? dims = null) => CountNonzeroDimIntListOp.Call(this, dims ?? []);

        /// <summary>Running sums along a dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => CumsumOp.Call(this, dim, type);

        /// <summary>Running products along a dimension.</summary>
        public Tensor cumprod(long dim, ScalarType? type = null) => CumprodOp.Call(this, dim, type);

        /// <summary>Median of all elements; of two middle ones the lower.</summary>
        public Tensor median() => MedianOp.Call(this);
    }
}
