using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>What a tensor says about itself in one native call; laid out as in native/echolstm_torch.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorInfo
{
    internal nint Data;
    internal long Elements;
    internal long ElementSize;
    internal long StorageOffset;
    internal int Dimensions;
    internal int ScalarType;
    internal int DeviceType;
    internal int DeviceIndex;
    internal int Contiguous;
    internal int Sparse;
}
