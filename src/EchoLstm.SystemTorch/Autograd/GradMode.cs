using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>Switches the recording of operations on this thread, until it is disposed.</summary>
internal sealed class GradMode : IDisposable
{
    private readonly bool _previous;

    internal GradMode(bool enabled)
    {
        _previous = IsEnabled;
        NativeMethods.elt_set_grad_mode(enabled ? 1 : 0);
    }

    internal static bool IsEnabled => NativeMethods.elt_grad_mode() != 0;

    public void Dispose() => NativeMethods.elt_set_grad_mode(_previous ? 1 : 0);
}
