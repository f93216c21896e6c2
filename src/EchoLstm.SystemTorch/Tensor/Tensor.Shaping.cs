using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Views and copies with another shape or order of dimensions.
    public partial class Tensor
    {
        private static readonly Operator ReshapeOp = Operator.Find("aten::reshape");
        private static readonly Operator ViewOp = Operator.Find("aten::view");
        private static readonly Operator FlattenUsingIntsOp = Operator.Find("aten::flatten", "using_ints");
        private static readonly Operator RavelOp = Operator.Find("aten::ravel");
        private static readonly Operator SqueezeDimOp = Operator.Find("aten::squeeze", "dim");
        private static readonly Operator SqueezeOp = Operator.Find("aten::squeeze");
        private static readonly Operator SqueezeDimInPlaceOp = Operator.Find("aten::squeeze_", "dim");
        private static readonly Operator SqueezeInPlaceOp = Operator.Find("aten::squeeze_");
        private static readonly Operator UnsqueezeOp = Operator.Find("aten::unsqueeze");
        private static readonly Operator UnsqueezeInPlaceOp = Operator.Find("aten::unsqueeze_");
        private static readonly Operator TransposeIntOp = Operator.Find("aten::transpose", "int");
        private static readonly Operator TransposeInPlaceOp = Operator.Find("aten::transpose_");
        private static readonly Operator TOp = Operator.Find("aten::t");
        private static readonly Operator PermuteOp = Operator.Find("aten::permute");
        private static readonly Operator MovedimIntlistOp = Operator.Find("aten::movedim", "intlist");
        private static readonly Operator ExpandOp = Operator.Find("aten::expand");
        private static readonly Operator ExpandAsOp = Operator.Find("aten::expand_as");
        private static readonly Operator BroadcastToOp = Operator.Find("aten::broadcast_to");
        private static readonly Operator UnfoldOp = Operator.Find("aten::unfold");
        private static readonly Operator AsStridedOp = Operator.Find("aten::as_strided");

        /// <summary>Same elements in another shape; one size may be -1. A view where possible.</summary>
        public Tensor reshape(params long[] shape) => ReshapeOp.Call(this, shape);

        /// <summary>A view in another shape; one size may be -1. Throws where the strides do not allow it.</summary>
        public Tensor view(params long[] shape) => ViewOp.Call(this, shape);

        /// <summary>A view in the shape of another tensor.</summary>
        public Tensor view_as(Tensor other) => view(other.shape);

        /// <summary>Joins a run of dimensions into one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => FlattenUsingIntsOp.Call(this, start_dim, end_dim);

        /// <summary>Splits one dimension into several.</summary>
        public Tensor unflatten(long dim, params long[] sizes)
        {
            if (dim < 0 || dim >= ndim) throw new ArgumentException($"Invalid 'dim' argument: {dim}.");
            if (sizes.Length == 0) throw new ArgumentException("The number of output sizes is zero.");
            var before = shape;
            var after = new long[before.Length - 1 + sizes.Length];
            before.AsSpan(0, (int)dim).CopyTo(after);
            sizes.CopyTo(after.AsSpan((int)dim));
            before.AsSpan((int)dim + 1).CopyTo(after.AsSpan((int)dim + sizes.Length));

            // view() can infer a size only over the whole tensor, so one that stands for -1 is worked out here.
            int open = Array.IndexOf(sizes, -1L);
            if (open >= 0)
            {
                long known = sizes.Where(size => size != -1).Aggregate(1L, (product, size) => product * size);
                if (known == 0 || before[dim] % known != 0)
                    throw new ArgumentException($"Sizes ({string.Join(", ", sizes)}) do not multiply up to {before[dim]}, the size of dimension {dim}.");
                after[(int)dim + open] = before[dim] / known;
            }
            else if (sizes.Aggregate(1L, (product, size) => product * size) != before[dim])
            {
                throw new ArgumentException($"Sizes ({string.Join(", ", sizes)}) do not multiply up to {before[dim]}, the size of dimension {dim}.");
            }

            return view(after);
        }

        /// <summary>Flattens to one dimension; a view where possible.</summary>
        public Tensor ravel() => RavelOp.Call(this);

        /// <summary>Drops one dimension of size 1, or all of them.</summary>
        public Tensor squeeze(long? dim = null) => dim is long one ? SqueezeDimOp.Call(this, one) : SqueezeOp.Call(this);

        /// <summary>Drops one dimension of size 1, or all of them, in place.</summary>
        public Tensor squeeze_(long? dim = null)
        {
            if (dim is long one) SqueezeDimInPlaceOp.CallDropping(this, one);
            else SqueezeInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Adds a dimension of size 1.</summary>
        public Tensor unsqueeze(long dim) => UnsqueezeOp.Call(this, dim);

        /// <summary>Adds a dimension of size 1, in place.</summary>
        public Tensor unsqueeze_(long dim)
        {
            UnsqueezeInPlaceOp.CallDropping(this, dim);
            return this;
        }

        /// <summary>Swaps two dimensions.</summary>
        public Tensor transpose(long dim0, long dim1) => TransposeIntOp.Call(this, dim0, dim1);

        /// <summary>Swaps two dimensions, in place.</summary>
        public Tensor transpose_(long dim0, long dim1)
        {
            TransposeInPlaceOp.CallDropping(this, dim0, dim1);
            return this;
        }

        /// <summary>Same as <c>transpose</c>.</summary>
        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>Same as <c>transpose</c>.</summary>
        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>Transposes a matrix; leaves a vector as it is.</summary>
        public Tensor t() => TOp.Call(this);

        /// <summary>A view with all dimensions in reverse order.</summary>
        public Tensor T
        {
            get
            {
                var reversed = new long[ndim];
                for (int i = 0; i < reversed.Length; i++) reversed[i] = reversed.Length - 1 - i;
                return permute(reversed);
            }
        }

        /// <summary>A view with the last two dimensions swapped.</summary>
        public Tensor mT => transpose(-2, -1);

        /// <summary>A view with its dimensions in the given order.</summary>
        public Tensor permute(params long[] permutation) => PermuteOp.Call(this, permutation);

        /// <summary>A view with its dimensions in the given order.</summary>
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        /// <summary>Moves dimensions to other places and keeps the order of the rest.</summary>
        public Tensor movedim(long[] source, long[] destination) => MovedimIntlistOp.Call(this, source, destination);

        /// <summary>Same as <c>movedim</c>.</summary>
        public Tensor moveaxis(long[] source, long[] destination) => movedim(source, destination);

        /// <summary>A view in which dimensions of size 1 are repeated without copying; -1 keeps a size.</summary>
        public Tensor expand(long[] sizes, bool isImplicit = false) => ExpandOp.Call(this, sizes, isImplicit);

        /// <summary>A view in which dimensions of size 1 are repeated without copying; -1 keeps a size.</summary>
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => expand(sizes.ToArray(), isImplicit);

        /// <summary>A view in which dimensions of size 1 are repeated without copying.</summary>
        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);

        /// <summary>A view in which dimensions of size 1 are repeated without copying; -1 keeps a size.</summary>
        public Tensor expand(params long[] sizes) => ExpandOp.Call(this, sizes);

        /// <summary>A view expanded to the shape of another tensor.</summary>
        public Tensor expand_as(Tensor other) => ExpandAsOp.Call(this, other);

        /// <summary>A view broadcast to a shape.</summary>
        public Tensor broadcast_to(params long[] shape) => BroadcastToOp.Call(this, shape);

        /// <summary>A view of all windows of a size along a dimension, <c>step</c> apart.</summary>
        public Tensor unfold(long dimension, long size, long step) => UnfoldOp.Call(this, dimension, size, step);

        /// <summary>A view with the given sizes, strides and offset into the storage.</summary>
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0L) => AsStridedOp.Call(this, size, strides, storageOffset);
    }
}
