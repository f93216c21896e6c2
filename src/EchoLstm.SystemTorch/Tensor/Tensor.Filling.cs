using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Filling a tensor, and making others of its type.
    public partial class Tensor
    {
        private static readonly Operator FillScalarInPlaceOp = Operator.Find("aten::fill_", "Scalar");
        private static readonly Operator ZeroInPlaceOp = Operator.Find("aten::zero_");
        private static readonly Operator ZerosLikeOp = Operator.Find("aten::zeros_like");
        private static readonly Operator OnesLikeOp = Operator.Find("aten::ones_like");
        private static readonly Operator EmptyLikeOp = Operator.Find("aten::empty_like");
        private static readonly Operator FullLikeOp = Operator.Find("aten::full_like");

        /// <summary>Writes one number to every element.</summary>
        public Tensor fill_(Scalar value)
        {
            FillScalarInPlaceOp.CallDropping(this, value);
            return this;
        }

        /// <summary>Writes zero to every element.</summary>
        public Tensor zero_()
        {
            ZeroInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Zeros in the shape of this tensor, by default of its type and device.</summary>
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(ZerosLikeOp.Call(this, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);

        /// <summary>Ones in the shape of this tensor, by default of its type and device.</summary>
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(OnesLikeOp.Call(this, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);

        /// <summary>Uninitialised elements in the shape of this tensor, by default of its type and device.</summary>
        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(EmptyLikeOp.Call(this, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);

        /// <summary>One number everywhere, in the shape of this tensor, by default of its type and device.</summary>
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(FullLikeOp.Call(this, value, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);

        /// <summary>Zeros, by default of this tensor's type and device.</summary>
        public Tensor new_zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Zeros, by default of this tensor's type and device.</summary>
        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Zeros, by default of this tensor's type and device.</summary>
        public Tensor new_zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Zeros, by default of this tensor's type and device.</summary>
        public Tensor new_zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.zeros(rows, columns, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Zeros, by default of this tensor's type and device.</summary>
        public Tensor new_zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.zeros(dim0, dim1, dim2, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Zeros, by default of this tensor's type and device.</summary>
        public Tensor new_zeros(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.zeros(dim0, dim1, dim2, dim3, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Ones, by default of this tensor's type and device.</summary>
        public Tensor new_ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.ones(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Ones, by default of this tensor's type and device.</summary>
        public Tensor new_ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.ones(rows, columns, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Ones, by default of this tensor's type and device.</summary>
        public Tensor new_ones(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.ones(dim0, dim1, dim2, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Ones, by default of this tensor's type and device.</summary>
        public Tensor new_ones(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.ones(dim0, dim1, dim2, dim3, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Uninitialised elements, by default of this tensor's type and device.</summary>
        public Tensor new_empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Uninitialised elements, by default of this tensor's type and device.</summary>
        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Uninitialised elements, by default of this tensor's type and device.</summary>
        public Tensor new_empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Uninitialised elements, by default of this tensor's type and device.</summary>
        public Tensor new_empty(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.empty(rows, columns, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Uninitialised elements, by default of this tensor's type and device.</summary>
        public Tensor new_empty(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.empty(dim0, dim1, dim2, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Uninitialised elements, by default of this tensor's type and device.</summary>
        public Tensor new_empty(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.empty(dim0, dim1, dim2, dim3, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>One number everywhere, by default of this tensor's type and device.</summary>
        public Tensor new_full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>One number everywhere, by default of this tensor's type and device.</summary>
        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>One number everywhere, by default of this tensor's type and device.</summary>
        public Tensor new_full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>One number everywhere, by default of this tensor's type and device.</summary>
        public Tensor new_full(long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.full(rows, columns, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>One number everywhere, by default of this tensor's type and device.</summary>
        public Tensor new_full(long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.full(dim0, dim1, dim2, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>One number everywhere, by default of this tensor's type and device.</summary>
        public Tensor new_full(
            long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => torch.full(dim0, dim1, dim2, dim3, value, dtype ?? this.dtype, device ?? this.device, requires_grad);
    }
}
