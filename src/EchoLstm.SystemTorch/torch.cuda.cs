using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What can be asked about NVIDIA's GPUs.</summary>
    public static partial class cuda
    {
        /// <summary>True when libtorch was built for CUDA and a device is there.</summary>
        public static bool is_available() => device_count() > 0;

        /// <summary>How many CUDA devices libtorch sees.</summary>
        public static int device_count()
        {
            NativeLoader.Load();
            return NativeMethods.elt_cuda_devices();
        }
    }

    /// <summary>True when libtorch was built for CUDA and a device is there.</summary>
    public static bool cuda_is_available() => cuda.is_available();
}
