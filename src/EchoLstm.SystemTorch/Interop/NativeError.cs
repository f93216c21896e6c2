using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>Turns the last native error of this thread into the exception type that TorchSharp's users catch.</summary>
internal static unsafe class NativeError
{
    [DoesNotReturn]
    internal static void Throw(string operation)
    {
        var message = Marshal.PtrToStringUTF8((nint)NativeMethods.elt_last_error());
        throw new ExternalException($"{operation}: {message}", TakeCause());
    }

    /// <summary>What a managed callback threw, on whatever thread it ran; null where the error is libtorch's own.</summary>
    private static Exception? TakeCause()
    {
        var cause = NativeMethods.elt_last_cause();
        if (cause == 0)
        {
            return null;
        }

        var thrown = (Exception)GCHandle.FromIntPtr(cause).Target!;
        NativeMethods.elt_forget_cause();
        return thrown;
    }

    internal static void Check(int status, string operation)
    {
        if (status < 0)
        {
            Throw(operation);
        }
    }

    internal static nint Check(nint handle, string operation)
    {
        if (handle == 0)
        {
            Throw(operation);
        }

        return handle;
    }
}
