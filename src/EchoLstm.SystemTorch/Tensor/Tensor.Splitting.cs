using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Cutting a tensor into several.
    public partial class Tensor
    {
        private static readonly Operator SplitTensorOp = Operator.Find("aten::split", "Tensor");
        private static readonly Operator SplitWithSizesOp = Operator.Find("aten::split_with_sizes");
        private static readonly Operator TensorSplitSectionsOp = Operator.Find("aten::tensor_split", "sections");
        private static readonly Operator TensorSplitIndicesOp = Operator.Find("aten::tensor_split", "indices");
        private static readonly Operator ChunkOp = Operator.Find("aten::chunk");
        private static readonly Operator UnbindIntOp = Operator.Find("aten::unbind", "int");

        /// <summary>Splits into pieces of one size along a dimension; the last may be smaller.</summary>
        public Tensor[] split(long size, int dim = 0) => SplitTensorOp.CallMany(this, size, (long)dim);

        /// <summary>Splits into pieces of the given sizes along a dimension.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => SplitWithSizesOp.CallMany(this, sizes, dim);

        /// <summary>Splits into pieces of the given sizes along a dimension.</summary>
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => split(sizes.ToArray(), dim);

        /// <summary>Splits into pieces of the given sizes along the first dimension.</summary>
        public Tensor[] split(params long[] sizes) => SplitWithSizesOp.CallMany(this, sizes);

        /// <summary>Splits into so many parts as equal as possible.</summary>
        public Tensor[] tensor_split(long size, long dim = 0L) => TensorSplitSectionsOp.CallMany(this, size, dim);

        /// <summary>Splits before the given indices along a dimension.</summary>
        public Tensor[] tensor_split(long[] sizes, long dim = 0L) => TensorSplitIndicesOp.CallMany(this, sizes, dim);

        /// <summary>Splits into at most so many parts along a dimension.</summary>
        public Tensor[] chunk(long chunks, long dim = 0L) => ChunkOp.CallMany(this, chunks, dim);

        /// <summary>All slices along a dimension, which disappears.</summary>
        public Tensor[] unbind(long dimension = 0L) => UnbindIntOp.CallMany(this, dimension);
    }
}
