using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Type, place and layout, read in one native call.</summary>
        internal unsafe TensorInfo Info
        {
            get
            {
                TensorInfo info;
                NativeMethods.elt_tensor_info(Handle, &info);
                GC.KeepAlive(this);
                return info;
            }
        }

        internal unsafe long[] ReadSizes()
        {
            var sizes = new long[Info.Dimensions];
            fixed (long* target = sizes)
            {
                NativeMethods.elt_tensor_layout(Handle, target, null);
            }

            GC.KeepAlive(this);
            return sizes;
        }

        internal unsafe long[] ReadStrides()
        {
            var strides = new long[Info.Dimensions];
            fixed (long* target = strides)
            {
                NativeMethods.elt_tensor_layout(Handle, null, target);
            }

            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>A new tensor on the processor with a copy of <paramref name="data"/>, which has as many elements as the sizes say.</summary>
        internal static unsafe Tensor FromData<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> sizes, ScalarType dtype)
            where T : unmanaged
        {
            fixed (T* source = data)
            fixed (long* lengths = sizes)
            {
                return new Tensor(NativeError.Check(
                    NativeMethods.elt_tensor_new(source, (long)data.Length * sizeof(T), lengths, sizes.Length, (int)dtype), "tensor"));
            }
        }

        /// <summary>A tensor over the memory of a pinned array, no copy; the array stays pinned as long as the native tensor lives.</summary>
        internal static unsafe Tensor FromArray(Array array, ReadOnlySpan<long> sizes, ScalarType dtype)
        {
            var pin = System.Runtime.InteropServices.GCHandle.Alloc(array, System.Runtime.InteropServices.GCHandleType.Pinned);
            fixed (long* lengths = sizes)
            {
                var made = NativeMethods.elt_tensor_from_blob(
                    (void*)pin.AddrOfPinnedObject(), lengths, sizes.Length, (int)dtype, &NativeCallbacks.ReleaseOwner,
                    System.Runtime.InteropServices.GCHandle.ToIntPtr(pin));
                return new Tensor(NativeError.Check(made, "frombuffer"), 0);
            }
        }
    }
}
