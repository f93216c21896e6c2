using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>Torch's functions, under the names that they have in PyTorch.</summary>
public static partial class torch
{
    /// <summary>The version of libtorch that the native half was built for.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((nint)NativeMethods.elt_version())!;

    /// <summary>How many threads one operation may use.</summary>
    public static int get_num_threads()
    {
        var count = NativeMethods.elt_threads();
        NativeError.Check(count, nameof(get_num_threads));
        return count;
    }

    /// <summary>Sets how many threads one operation may use. It starts at the number of processors, or at OMP_NUM_THREADS.</summary>
    public static void set_num_threads(int num) => NativeError.Check(NativeMethods.elt_set_threads(num), nameof(set_num_threads));

    /// <summary>How many operations may run beside each other inside libtorch.</summary>
    public static int get_num_interop_threads()
    {
        var count = NativeMethods.elt_interop_threads();
        NativeError.Check(count, nameof(get_num_interop_threads));
        return count;
    }

    /// <summary>Sets how many operations may run beside each other inside libtorch; once, before the first of them.</summary>
    public static void set_num_interop_threads(int num) =>
        NativeError.Check(NativeMethods.elt_set_interop_threads(num), nameof(set_num_interop_threads));
}
