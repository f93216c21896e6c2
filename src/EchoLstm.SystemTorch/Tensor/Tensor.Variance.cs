using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Variance and standard deviation; a result type is accepted for TorchSharp's sake and has no effect, as there.
    public partial class Tensor
    {
        private static readonly Operator StdOp = Operator.Find("aten::std");
        private static readonly Operator StdDimOp = Operator.Find("aten::std", "dim");
        private static readonly Operator VarOp = Operator.Find("aten::var");
        private static readonly Operator VarDimOp = Operator.Find("aten::var", "dim");
        private static readonly Operator StdMeanOp = Operator.Find("aten::std_mean");
        private static readonly Operator StdMeanDimOp = Operator.Find("aten::std_mean", "dim");
        private static readonly Operator VarMeanOp = Operator.Find("aten::var_mean");
        private static readonly Operator VarMeanDimOp = Operator.Find("aten::var_mean", "dim");

        /// <summary>Standard deviation of all elements, by default with Bessel's correction.</summary>
        public Tensor std(bool unbiased = true) => StdOp.Call(this, unbiased);

        /// <summary>Standard deviation over the given dimensions.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => StdDimOp.Call(this, dimensions, unbiased, keepdim);

        /// <summary>Standard deviation over the given dimensions.</summary>
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>Standard deviation over one dimension.</summary>
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(new[] { dim }, unbiased, keepdim, type);

        /// <summary>Standard deviation over two dimensions.</summary>
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(new[] { dim.Item1, dim.Item2 }, unbiased, keepdim, type);

        /// <summary>Standard deviation over three dimensions.</summary>
        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim, type);

        /// <summary>Variance of all elements, by default with Bessel's correction.</summary>
        public Tensor var(bool unbiased = true) => VarOp.Call(this, unbiased);

        /// <summary>Variance over the given dimensions.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => VarDimOp.Call(this, dimensions, unbiased, keepdim);

        /// <summary>Variance over the given dimensions.</summary>
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>Variance over one dimension.</summary>
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(new[] { dim }, unbiased, keepdim, type);

        /// <summary>Variance over two dimensions.</summary>
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(new[] { dim.Item1, dim.Item2 }, unbiased, keepdim, type);

        /// <summary>Variance over three dimensions.</summary>
        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim, type);

        /// <summary>Variance with Bessel's correction over the given dimensions.</summary>
        public Tensor var(long[] dimensions, bool keepdim = false, ScalarType? type = null) => VarDimOp.Call(this, dimensions, true, keepdim);

        /// <summary>Standard deviation and mean of all elements.</summary>
        public (Tensor std, Tensor mean) std_mean(bool unbiased = true) => Pair(StdMeanOp.CallMany(this, unbiased));

        /// <summary>Standard deviation and mean over the given dimensions.</summary>
        public (Tensor std, Tensor mean) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Pair(StdMeanDimOp.CallMany(this, dimensions, unbiased, keepdim));

        /// <summary>Standard deviation and mean over the given dimensions.</summary>
        public (Tensor std, Tensor mean) std_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std_mean(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>Standard deviation and mean over one dimension.</summary>
        public (Tensor std, Tensor mean) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std_mean(new[] { dim }, unbiased, keepdim, type);

        /// <summary>Standard deviation and mean over two dimensions.</summary>
        public (Tensor std, Tensor mean) std_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std_mean(new[] { dim.Item1, dim.Item2 }, unbiased, keepdim, type);

        /// <summary>Standard deviation and mean over three dimensions.</summary>
        public (Tensor std, Tensor mean) std_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std_mean(new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim, type);

        /// <summary>Variance and mean of all elements.</summary>
        public (Tensor @var, Tensor mean) var_mean(bool unbiased = true) => Pair(VarMeanOp.CallMany(this, unbiased));

        /// <summary>Variance and mean over the given dimensions.</summary>
        public (Tensor std, Tensor mean) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Pair(VarMeanDimOp.CallMany(this, dimensions, unbiased, keepdim));

        /// <summary>Variance and mean over the given dimensions.</summary>
        public (Tensor std, Tensor mean) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var_mean(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>Variance and mean over one dimension.</summary>
        public (Tensor @var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var_mean(new[] { dim }, unbiased, keepdim, type);

        /// <summary>Variance and mean over two dimensions.</summary>
        public (Tensor @var, Tensor mean) var_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var_mean(new[] { dim.Item1, dim.Item2 }, unbiased, keepdim, type);

        /// <summary>Variance and mean over three dimensions.</summary>
        public (Tensor @var, Tensor mean) var_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var_mean(new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim, type);
    }
}
