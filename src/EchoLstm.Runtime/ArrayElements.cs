using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EchoLstm;

/// <summary>The elements of an array of any rank as one span: they lie one after the other, the last axis running fastest.</summary>
internal static class ArrayElements
{
    /// <summary>The array's own elements, to read and to write; T must be the type that the array holds.</summary>
    internal static Span<T> Of<T>(Array array)
        where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
}
