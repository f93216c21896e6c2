using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>What a <see cref="NativeArgument"/> holds; the numbers are those of native/echolstm_torch.h.</summary>
internal enum ArgumentTag
{
    None = 0,
    Default = 1,
    Tensor = 2,
    Int = 3,
    Double = 4,
    Bool = 5,
    Complex = 6,
    IntList = 7,
    DoubleList = 8,
    BoolList = 9,
    TensorList = 10,
    String = 11,
    Device = 12,
    Generator = 13,
}

/// <summary>One argument or result as it crosses the boundary: 16 bytes, laid out as in C.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NativeArgument
{
    [FieldOffset(0)] internal ArgumentTag Tag;

    /// <summary>A list's length, a device's type, or for a tensor that comes back, its storage in KiB.</summary>
    [FieldOffset(4)] internal int Count;

    [FieldOffset(8)] internal long Integer;
    [FieldOffset(8)] internal double Double;
    [FieldOffset(8)] internal nint Pointer;
}
