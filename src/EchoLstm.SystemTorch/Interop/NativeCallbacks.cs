using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>What native code calls back. It may call on any thread, also the finaliser's.</summary>
internal static class NativeCallbacks
{
    /// <summary>Lets go of the managed object that a native one held.</summary>
    [UnmanagedCallersOnly]
    internal static void ReleaseOwner(nint owner)
    {
        if (!NativeLoader.Exiting)
        {
            GCHandle.FromIntPtr(owner).Free();
        }
    }
}
