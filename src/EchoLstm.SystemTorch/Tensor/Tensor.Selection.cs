using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Picking and writing elements by index or mask.
    public partial class Tensor
    {
        private static readonly Operator SelectIntOp = Operator.Find("aten::select", "int");
        private static readonly Operator NarrowOp = Operator.Find("aten::narrow");
        private static readonly Operator SliceTensorOp = Operator.Find("aten::slice", "Tensor");
        private static readonly Operator IndexSelectOp = Operator.Find("aten::index_select");
        private static readonly Operator TakeOp = Operator.Find("aten::take");
        private static readonly Operator TakeAlongDimOp = Operator.Find("aten::take_along_dim");
        private static readonly Operator GatherOp = Operator.Find("aten::gather");
        private static readonly Operator ScatterSrcOp = Operator.Find("aten::scatter", "src");
        private static readonly Operator ScatterSrcInPlaceOp = Operator.Find("aten::scatter_", "src");
        private static readonly Operator ScatterAddOp = Operator.Find("aten::scatter_add");
        private static readonly Operator ScatterAddInPlaceOp = Operator.Find("aten::scatter_add_");
        private static readonly Operator IndexAddOp = Operator.Find("aten::index_add");
        private static readonly Operator IndexAddInPlaceOp = Operator.Find("aten::index_add_");
        private static readonly Operator IndexCopyOp = Operator.Find("aten::index_copy");
        private static readonly Operator IndexCopyInPlaceOp = Operator.Find("aten::index_copy_");
        private static readonly Operator IndexFillIntScalarOp = Operator.Find("aten::index_fill", "int_Scalar");
        private static readonly Operator IndexFillIntScalarInPlaceOp = Operator.Find("aten::index_fill_", "int_Scalar");
        private static readonly Operator MaskedFillScalarOp = Operator.Find("aten::masked_fill", "Scalar");
        private static readonly Operator MaskedFillScalarInPlaceOp = Operator.Find("aten::masked_fill_", "Scalar");
        private static readonly Operator MaskedScatterOp = Operator.Find("aten::masked_scatter");
        private static readonly Operator MaskedScatterInPlaceOp = Operator.Find("aten::masked_scatter_");
        private static readonly Operator MaskedSelectOp = Operator.Find("aten::masked_select");
        private static readonly Operator NonzeroOp = Operator.Find("aten::nonzero");
        private static readonly Operator ArgwhereOp = Operator.Find("aten::argwhere");
        private static readonly Operator WhereSelfOp = Operator.Find("aten::where", "self");

        /// <summary>The slice at an index along a dimension, which disappears.</summary>
        public Tensor select(long dim, long index) => SelectIntOp.Call(this, dim, index);

        /// <summary>A view of a run of slices along a dimension.</summary>
        public Tensor narrow(long dim, long start, long length) => NarrowOp.Call(this, dim, start, length);

        /// <summary>A view of the slices from <c>start</c> up to <c>finish</c>, every <c>step</c>th.</summary>
        public Tensor slice(long dim, long start, long finish, long step)
        {
            if (step < 1) throw new ArgumentException($"step is {step}, but it should always be positive.");
            return SliceTensorOp.Call(this, dim, start, finish, step);
        }

        /// <summary>The slices at the given indices along a dimension.</summary>
        public Tensor index_select(long dim, Tensor index) => IndexSelectOp.Call(this, dim, index);

        /// <summary>Elements at the given indices of the flattened tensor.</summary>
        public Tensor take(Tensor index) => TakeOp.Call(this, index);

        /// <summary>Elements at the given indices of the flattened tensor.</summary>
        public Tensor take_along_dim(Tensor indices) => TakeAlongDimOp.Call(this, indices);

        /// <summary>Elements at the given indices along a dimension.</summary>
        public Tensor take_along_dim(Tensor indices, long dim) => TakeAlongDimOp.Call(this, indices, dim);

        /// <summary>Element by element, the one at the given index along a dimension.</summary>
        public Tensor gather(long dim, Tensor index) => GatherOp.Call(this, dim, index);

        /// <summary>Writes <c>src</c> to the given indices along a dimension.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) => ScatterSrcOp.Call(this, dim, index, src);

        /// <summary>Writes <c>src</c> to the given indices along a dimension, in place.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src)
        {
            ScatterSrcInPlaceOp.CallDropping(this, dim, index, src);
            return this;
        }

        /// <summary>Adds <c>src</c> to the elements at the given indices along a dimension.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => ScatterAddOp.Call(this, dim, index, src);

        /// <summary>Adds <c>src</c> to the elements at the given indices along a dimension, in place.</summary>
        public Tensor scatter_add_(long dim, Tensor index, Tensor src)
        {
            ScatterAddInPlaceOp.CallDropping(this, dim, index, src);
            return this;
        }

        /// <summary>Adds <c>alpha * source</c> to the slices at the given indices.</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
            return IndexAddOp.Call(this, dim, index, source, alpha);
        }

        /// <summary>Adds <c>alpha * source</c> to the slices at the given indices, in place.</summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
            IndexAddInPlaceOp.CallDropping(this, dim, index, source, alpha);
            return this;
        }

        /// <summary>Writes <c>source</c> to the slices at the given indices.</summary>
        public Tensor index_copy(long dim, Tensor index, Tensor source)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
            return IndexCopyOp.Call(this, dim, index, source);
        }

        /// <summary>Writes <c>source</c> to the slices at the given indices, in place.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
            IndexCopyInPlaceOp.CallDropping(this, dim, index, source);
            return this;
        }

        /// <summary>Fills the slices at the given indices with a number.</summary>
        public Tensor index_fill(long dim, Tensor index, Scalar value)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
            return IndexFillIntScalarOp.Call(this, dim, index, value);
        }

        /// <summary>Fills the slices at the given indices with a number, in place.</summary>
        public Tensor index_fill_(long dim, Tensor index, Scalar value)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
            IndexFillIntScalarInPlaceOp.CallDropping(this, dim, index, value);
            return this;
        }

        /// <summary>Writes a number where the mask is true.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => MaskedFillScalarOp.Call(this, mask, value);

        /// <summary>Writes a number where the mask is true, in place.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value)
        {
            MaskedFillScalarInPlaceOp.CallDropping(this, mask, value);
            return this;
        }

        /// <summary>Writes the elements of <c>value</c>, in order, where the mask is true.</summary>
        public Tensor masked_scatter(Tensor mask, Tensor value) => MaskedScatterOp.Call(this, mask, value);

        /// <summary>Writes the elements of <c>value</c>, in order, where the mask is true, in place.</summary>
        public Tensor masked_scatter_(Tensor mask, Tensor value)
        {
            MaskedScatterInPlaceOp.CallDropping(this, mask, value);
            return this;
        }

        /// <summary>The elements where the mask is true, as a vector.</summary>
        public Tensor masked_select(Tensor mask)
        {
            if (mask.dtype != ScalarType.Bool) throw new ArgumentException("The mask tensor must be Boolean.");
            return MaskedSelectOp.Call(this, mask);
        }

        /// <summary>Indices of the elements that are not zero, one row each.</summary>
        public Tensor nonzero() => NonzeroOp.Call(this);

        /// <summary>Indices of the elements that are not zero, one column per dimension.</summary>
        public IList<Tensor> nonzero_as_list()
        {
            using var rows = nonzero();
            return rows.chunk(rows.size(1), dim: 1);
        }

        /// <summary>Indices of the elements that are not zero, one row each.</summary>
        public Tensor argwhere() => ArgwhereOp.Call(this);

        /// <summary>Elements of this tensor where the condition holds, else those of <c>y</c>.</summary>
        public Tensor where(Tensor condition, Tensor y)
        {
            if (condition.dtype != ScalarType.Bool) throw new ArgumentException("The condition to 'where' must be a boolean tensor.");
            return WhereSelfOp.Call(condition, this, y);
        }
    }
}
