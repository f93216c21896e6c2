using System.Runtime.InteropServices;

namespace EchoLstm.Kernels;

/// <summary>Arrays that stay where they are until this is disposed.</summary>
internal sealed class PinnedArrays : IDisposable
{
    private readonly GCHandle[] _handles;

    internal PinnedArrays(float[][] arrays)
    {
        _handles = Array.ConvertAll(arrays, array => GCHandle.Alloc(array, GCHandleType.Pinned));
        Starts = Array.ConvertAll(_handles, handle => handle.AddrOfPinnedObject());
    }

    /// <summary>Where each begins.</summary>
    internal nint[] Starts { get; }

    public void Dispose() => Array.ForEach(_handles, handle => handle.Free());
}
