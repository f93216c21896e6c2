using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Repeating, rolling, flipping, splitting, and the parts of a matrix.
    public partial class Tensor
    {
        private static readonly Operator RepeatOp = Operator.Find("aten::repeat");
        private static readonly Operator TileOp = Operator.Find("aten::tile");
        private static readonly Operator RepeatInterleaveSelfIntOp = Operator.Find("aten::repeat_interleave", "self_int");
        private static readonly Operator RepeatInterleaveSelfTensorOp = Operator.Find("aten::repeat_interleave", "self_Tensor");
        private static readonly Operator FlipOp = Operator.Find("aten::flip");
        private static readonly Operator FliplrOp = Operator.Find("aten::fliplr");
        private static readonly Operator FlipudOp = Operator.Find("aten::flipud");
        private static readonly Operator Rot90Op = Operator.Find("aten::rot90");
        private static readonly Operator RollOp = Operator.Find("aten::roll");
        private static readonly Operator TrilOp = Operator.Find("aten::tril");
        private static readonly Operator TrilInPlaceOp = Operator.Find("aten::tril_");
        private static readonly Operator TriuOp = Operator.Find("aten::triu");
        private static readonly Operator TriuInPlaceOp = Operator.Find("aten::triu_");
        private static readonly Operator DiagOp = Operator.Find("aten::diag");
        private static readonly Operator DiagonalOp = Operator.Find("aten::diagonal");
        private static readonly Operator TraceOp = Operator.Find("aten::trace");

        /// <summary>Repeats the tensor so many times along each dimension.</summary>
        public Tensor repeat(params long[] sizes) => RepeatOp.Call(this, sizes);

        /// <summary>Repeats the tensor; missing leading counts are 1.</summary>
        public Tensor tile(long[] reps) => TileOp.Call(this, reps);

        /// <summary>Repeats every element; without a dimension the tensor is flattened first.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null)
            => RepeatInterleaveSelfIntOp.Call(this, repeats, dim, output_size);

        /// <summary>Repeats every element as often as <c>repeats</c> says for it.</summary>
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null)
            => RepeatInterleaveSelfTensorOp.Call(this, repeats, dim, output_size);

        /// <summary>Reverses the order of elements along the given dimensions.</summary>
        public Tensor flip(params long[] dims) => FlipOp.Call(this, dims);

        /// <summary>Reverses the second dimension.</summary>
        public Tensor fliplr() => FliplrOp.Call(this);

        /// <summary>Reverses the first dimension.</summary>
        public Tensor flipud() => FlipudOp.Call(this);

        /// <summary>Rotates by so many quarter turns in the plane of two dimensions, by default the first two.</summary>
        public Tensor rot90(long k = 1, (long, long)? dims = null)
            => dims is (long first, long second)
                ? Rot90Op.Call(this, k, new[] { first, second })
                : Rot90Op.Call(this, k, new[] { 0L, 1L });

        /// <summary>Shifts elements cyclically along a dimension, or through the flattened tensor.</summary>
        public Tensor roll(long shifts, long? dims = null)
            => RollOp.Call(this, new[] { shifts }, dims is long one ? new[] { one } : Array.Empty<long>());

        /// <summary>Shifts elements cyclically along several dimensions.</summary>
        public Tensor roll(long[] shifts, long[] dims) => RollOp.Call(this, shifts, dims);

        /// <summary>Shifts elements cyclically along the first dimension.</summary>
        public Tensor roll(long[] shifts) => RollOp.Call(this, shifts, new[] { 0L });

        /// <summary>Shifts elements cyclically along two dimensions.</summary>
        public Tensor roll((long, long) shifts, (long, long) dims) => roll(new[] { shifts.Item1, shifts.Item2 }, new[] { dims.Item1, dims.Item2 });

        /// <summary>Shifts elements cyclically along three dimensions.</summary>
        public Tensor roll((long, long, long) shifts, (long, long, long) dims)
            => roll(new[] { shifts.Item1, shifts.Item2, shifts.Item3 }, new[] { dims.Item1, dims.Item2, dims.Item3 });

        /// <summary>Shifts elements cyclically; without dimensions through the flattened tensor.</summary>
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => roll(shifts.ToArray(), dims.ToArray());

        /// <summary>Keeps the lower triangle of a matrix (or of a batch of them) and zeroes the rest.</summary>
        public Tensor tril(long diagonal = 0) => TrilOp.Call(this, diagonal);

        /// <summary>Keeps the lower triangle of a matrix (or of a batch of them) and zeroes the rest, in place.</summary>
        public Tensor tril_(long diagonal = 0)
        {
            TrilInPlaceOp.CallDropping(this, diagonal);
            return this;
        }

        /// <summary>Keeps the upper triangle of a matrix (or of a batch of them) and zeroes the rest.</summary>
        public Tensor triu(long diagonal = 0) => TriuOp.Call(this, diagonal);

        /// <summary>Keeps the upper triangle of a matrix (or of a batch of them) and zeroes the rest, in place.</summary>
        public Tensor triu_(long diagonal = 0)
        {
            TriuInPlaceOp.CallDropping(this, diagonal);
            return this;
        }

        /// <summary>The diagonal of a matrix, or a matrix with this vector on its diagonal.</summary>
        public Tensor diag(long diagonal = 0) => DiagOp.Call(this, diagonal);

        /// <summary>A view of the diagonal over two dimensions.</summary>
        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L)
        {
            if (dim1 == dim2) throw new ArgumentException($"Diagonal dimensions cannot be identical {dim1}, {dim2}");
            return DiagonalOp.Call(this, offset, dim1, dim2);
        }

        /// <summary>Sum of the diagonal of a matrix.</summary>
        public Tensor trace()
        {
            if (ndim != 2) throw new ArgumentException($"Expected a matrix, but got tensor with ndim == {ndim}");
            return TraceOp.Call(this);
        }
    }
}
