using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EchoLstm.Tests;

/// <summary>The bytes that the process holds and uses.</summary>
/// <remarks>
/// The resident memory would not do: it also grows by what the garbage collector has yet to clear, up to the size of the
/// processor's cache, and by what the allocator keeps to give out again.
/// </remarks>
internal static partial class MemoryInUse
{
    /// <summary>Native memory, and what is left of the managed after a full collection.</summary>
    internal static long Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true) + Native();
    }

    /// <summary>What was taken from the C library's allocator and not given back: libtorch's tensors, and the library's own buffers.</summary>
    internal static long Native()
    {
        try
        {
            var figures = mallinfo2();
            return (long)(figures.UsedInHeap + figures.Mapped);
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return Resident();
        }
    }

    // Another C library than glibc since 2.33 has no such figures.
    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [LibraryImport("libc.so.6")]
    private static partial HeapFigures mallinfo2();

    // struct mallinfo2 of malloc.h: ten size_t.
    [StructLayout(LayoutKind.Sequential)]
    private struct HeapFigures
    {
        internal nuint Arena;
        internal nuint FreeChunks;
        internal nuint FastChunks;
        internal nuint MappedRegions;
        internal nuint Mapped;
        internal nuint Unused;
        internal nuint FreeInFastChunks;
        internal nuint UsedInHeap;
        internal nuint FreeInHeap;
        internal nuint Trimmable;
    }
}
