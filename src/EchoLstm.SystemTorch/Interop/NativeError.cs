using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>Turns the last native error of this thread into the exception type that TorchSharp's users catch.</summary>
internal static unsafe class NativeError
{
    /// <summary>What a managed backward threw on this thread: the cause of the native error that follows it.</summary>
    [ThreadStatic] internal static Exception? CallbackFailure;

    [DoesNotReturn]
    internal static void Throw(string operation)
    {
        var message = Marshal.PtrToStringUTF8((nint)NativeMethods.elt_last_error());
        var cause = CallbackFailure;
        CallbackFailure = null;
        throw new ExternalException($"{operation}: {message}", cause);
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
