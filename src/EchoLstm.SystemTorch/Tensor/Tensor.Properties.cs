using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // What a tensor is: shape, type, place. Nothing is cached, since in-place operators change all of it.
    public partial class Tensor
    {
        private static readonly Operator SizeOp = Operator.Find("aten::size", "int");
        private static readonly Operator StrideOp = Operator.Find("aten::stride", "int");
        private static readonly Operator IsNonzeroOp = Operator.Find("aten::is_nonzero");

        /// <summary>A name for the user's own purposes.</summary>
        public string? name { get; set; }

        /// <summary>Sizes of all dimensions; a fresh array at every call.</summary>
        public long[] shape => ReadSizes();

        /// <summary>Sizes of all dimensions; a fresh array at every call.</summary>
        public long[] size() => ReadSizes();

        /// <summary>Size of one dimension, counted from the end if negative.</summary>
        public long size(int dim) => SizeOp.CallScalar(this, dim).ToInt64();

        /// <summary>Distances, in elements, between neighbours along each dimension.</summary>
        public long[] stride() => ReadStrides();

        /// <summary>Distance, in elements, between neighbours along one dimension.</summary>
        public long stride(int dim) => StrideOp.CallScalar(this, dim).ToInt64();

        /// <summary>Place of the first element in the storage.</summary>
        public long storage_offset() => Info.StorageOffset;

        /// <summary>Number of dimensions.</summary>
        public long Dimensions => Info.Dimensions;

        /// <summary>Number of dimensions.</summary>
        public long dim() => Dimensions;

        /// <summary>Number of dimensions.</summary>
        public long ndim => Dimensions;

        /// <summary>Number of elements.</summary>
        public long NumberOfElements => Info.Elements;

        /// <summary>Number of elements.</summary>
        public long numel() => NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Info.ElementSize;

        /// <summary>Bytes of one element.</summary>
        public long element_size() => ElementSize;

        /// <summary>Element type.</summary>
        public ScalarType dtype => (ScalarType)Info.ScalarType;

        /// <summary>Where the elements are.</summary>
        public Device device
        {
            get
            {
                var info = Info;
                return info.DeviceType == (int)DeviceType.CPU ? CPU : new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        /// <summary>Kind of device that the elements are on.</summary>
        public DeviceType device_type => (DeviceType)Info.DeviceType;

        /// <summary>Which device of its kind, or -1.</summary>
        public int device_index => Info.DeviceIndex;

        /// <summary>Whether the elements are on the CPU.</summary>
        public bool is_cpu() => device_type == DeviceType.CPU;

        /// <summary>Whether the elements are on a CUDA device.</summary>
        public bool is_cuda => device_type == DeviceType.CUDA;

        /// <summary>Whether the tensor has a shape and a type but no elements.</summary>
        public bool is_meta => device_type == DeviceType.META;

        /// <summary>Whether only some elements are stored.</summary>
        public bool is_sparse => Info.Sparse != 0;

        /// <summary>Whether the elements lie in memory in row-major order without gaps.</summary>
        public bool is_contiguous() => Info.Contiguous != 0;

        /// <summary>Whether the elements are whole numbers or booleans.</summary>
        public bool is_integral() => torch.is_integral(dtype);

        /// <summary>Whether the elements are real floating-point numbers.</summary>
        public bool is_floating_point() => torch.is_floating_point(dtype);

        /// <summary>Whether the elements are complex numbers.</summary>
        public bool is_complex() => torch.is_complex(dtype);

        /// <summary>Whether the only element is not zero.</summary>
        public bool is_nonzero()
        {
            if (numel() != 1) throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");
            return IsNonzeroOp.CallBoolean(this);
        }

        /// <summary>Another object for the same native tensor: shape, gradient and elements are shared, disposal is not.</summary>
        public Tensor alias()
        {
            nint shared = Handle;
            NativeMethods.elt_tensor_retain(shared);
            GC.KeepAlive(this);
            return new Tensor(shared);
        }
    }
}
