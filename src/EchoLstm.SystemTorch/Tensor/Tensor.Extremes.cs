using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Largest and smallest elements, their places, order and distinct values.
    public partial class Tensor
    {
        private static readonly Operator MaxOp = Operator.Find("aten::max");
        private static readonly Operator MaxDimOp = Operator.Find("aten::max", "dim");
        private static readonly Operator ArgmaxOp = Operator.Find("aten::argmax");
        private static readonly Operator AmaxOp = Operator.Find("aten::amax");
        private static readonly Operator AmaxOutOp = Operator.Find("aten::amax", "out");
        private static readonly Operator MinOp = Operator.Find("aten::min");
        private static readonly Operator MinDimOp = Operator.Find("aten::min", "dim");
        private static readonly Operator ArgminOp = Operator.Find("aten::argmin");
        private static readonly Operator AminOp = Operator.Find("aten::amin");
        private static readonly Operator AminOutOp = Operator.Find("aten::amin", "out");
        private static readonly Operator AminmaxOp = Operator.Find("aten::aminmax");
        private static readonly Operator TopkOp = Operator.Find("aten::topk");
        private static readonly Operator SortStableOp = Operator.Find("aten::sort", "stable");
        private static readonly Operator ArgsortOp = Operator.Find("aten::argsort");
        private static readonly Operator MsortOp = Operator.Find("aten::msort");
        private static readonly Operator UniqueDimOp = Operator.Find("aten::unique_dim");
        private static readonly Operator Unique2Op = Operator.Find("aten::_unique2");

        /// <summary>Largest element.</summary>
        public Tensor max() => MaxOp.Call(this);

        /// <summary>Same as <c>maximum</c>.</summary>
        public Tensor max(Tensor other) => maximum(other);

        /// <summary>Largest elements along a dimension, and their indices.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Pair(MaxDimOp.CallMany(this, dim, keepdim));

        /// <summary>Index of the largest element in the flattened tensor.</summary>
        public Tensor argmax() => ArgmaxOp.Call(this);

        /// <summary>Indices of the largest elements along a dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => ArgmaxOp.Call(this, dim, keepdim);

        /// <summary>Largest element over several dimensions, written to <c>out</c> if that is given.</summary>
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amax(dims.ToArray(), keepdim, @out);

        /// <summary>Largest element over several dimensions, written to <c>out</c> if that is given.</summary>
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null)
            => @out is null ? AmaxOp.Call(this, dims, keepdim) : AmaxOutOp.Call(this, dims, keepdim, @out);

        /// <summary>Largest element over several dimensions.</summary>
        public Tensor amax(params long[] dims) => AmaxOp.Call(this, dims);

        /// <summary>Smallest element.</summary>
        public Tensor min() => MinOp.Call(this);

        /// <summary>Same as <c>minimum</c>.</summary>
        public Tensor min(Tensor other) => minimum(other);

        /// <summary>Smallest elements along a dimension, and their indices.</summary>
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Pair(MinDimOp.CallMany(this, dim, keepdim));

        /// <summary>Index of the smallest element in the flattened tensor.</summary>
        public Tensor argmin() => ArgminOp.Call(this);

        /// <summary>Indices of the smallest elements along a dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) => ArgminOp.Call(this, dim, keepdim);

        /// <summary>Smallest element over several dimensions, written to <c>out</c> if that is given.</summary>
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amin(dims.ToArray(), keepdim, @out);

        /// <summary>Smallest element over several dimensions, written to <c>out</c> if that is given.</summary>
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null)
            => @out is null ? AminOp.Call(this, dims, keepdim) : AminOutOp.Call(this, dims, keepdim, @out);

        /// <summary>Smallest element over several dimensions.</summary>
        public Tensor amin(params long[] dims) => AminOp.Call(this, dims);

        /// <summary>Smallest and largest element, of all or along a dimension.</summary>
        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false) => Pair(AminmaxOp.CallMany(this, dim, keepdim));

        /// <summary>The k largest (or smallest) elements along a dimension, and their indices.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
            => Pair(TopkOp.CallMany(this, (long)k, (long)dim, largest, sorted));

        /// <summary>Sorts along a dimension; returns the values and where they came from.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
            => Pair(SortStableOp.CallMany(this, stable, dim, descending));

        /// <summary>Indices that would sort the tensor along a dimension.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => ArgsortOp.Call(this, dim, descending);

        /// <summary>Sorts along the first dimension.</summary>
        public Tensor msort() => MsortOp.Call(this);

        /// <summary>
        /// Distinct elements (or slices along <c>dim</c>), where each element went, and how often each occurs; what is not asked for is null.
        /// </summary>
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(
            bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var results = dim is int axis
                ? UniqueDimOp.CallMany(this, (long)axis, sorted, return_inverse, return_counts)
                : Unique2Op.CallMany(this, sorted, return_inverse, return_counts);
            return (results[0], Wanted(results[1], return_inverse), Wanted(results[2], return_counts));
        }

        private static (Tensor, Tensor) Pair(Tensor[] outputs) => (outputs[0], outputs[1]);

        private static Tensor? Wanted(Tensor output, bool wanted)
        {
            if (wanted) return output;
            output.Dispose();
            return null;
        }
    }
}
