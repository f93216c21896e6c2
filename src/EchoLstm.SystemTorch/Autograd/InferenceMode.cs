using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>Switches off, on this thread, recording and all that only recording needs, until it is disposed.</summary>
internal sealed class InferenceMode(bool enabled) : IDisposable
{
    // No finaliser: leaving the mode restores the state of the thread that entered it, which a finaliser's thread cannot do.
    private nint _guard = NativeError.Check(NativeMethods.elt_inference_enter(enabled ? 1 : 0), "inference_mode");

    internal static bool IsEnabled => NativeMethods.elt_inference_mode() != 0;

    public void Dispose()
    {
        var guard = Interlocked.Exchange(ref _guard, 0);
        if (guard != 0)
        {
            NativeMethods.elt_inference_leave(guard);
        }
    }
}
