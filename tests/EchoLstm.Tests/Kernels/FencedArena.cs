using System.Runtime.InteropServices;
using EchoLstm.Kernels;

namespace EchoLstm.Tests.Kernels;

/// <summary>Where a buffer touches its fence exactly.</summary>
internal enum Fence
{
    Before,
    Behind,
}

/// <summary>
/// An arena whose buffers each lie between fences. With guard pages the processor stops whoever reads or writes beyond; that ends the
/// process, so only children use them, on
/// Linux. Elsewhere the fences are numbers that must stay, and that are NaN for whoever reads them.
/// </summary>
internal sealed unsafe partial class FencedArena(Fence fence, bool withPages) : Arena, IDisposable
{
    private const int FenceBytes = 4096;
    private const int Canary = 0x7FC0BEEF;
    private const int ReadAndWrite = 3, PrivateAnonymous = 0x22;

    private readonly List<(nint Region, nint Inner, nint Bytes)> _regions = [];

    /// <summary>Whether guard pages can be had.</summary>
    internal static bool HasPages => OperatingSystem.IsLinux() && Environment.SystemPageSize == FenceBytes;

    internal override void Lay(Action<Arena> layout)
    {
        FencesShouldStand("the layout before");
        Dispose();
        layout(this);
    }

    internal override float* Take(long numbers) => (float*)TakeBytes((nint)numbers * sizeof(float));

    /// <summary>A buffer with a copy of numbers.</summary>
    internal float* Copy(ReadOnlySpan<float> numbers)
    {
        var copy = Take(numbers.Length);
        numbers.CopyTo(new Span<float>(copy, numbers.Length));
        return copy;
    }

    /// <summary>Fails where a fence was written to.</summary>
    internal void FencesShouldStand(string what)
    {
        foreach (var (region, inner, bytes) in withPages ? [] : _regions)
        {
            var before = new ReadOnlySpan<int>((void*)region, (int)(inner - region) / sizeof(int));
            var behind = new ReadOnlySpan<int>((void*)(inner + bytes), (int)(End(region, bytes) - inner - bytes) / sizeof(int));
            (before.IndexOfAnyExcept(Canary) < 0 && behind.IndexOfAnyExcept(Canary) < 0).Should().BeTrue("nothing is written beside the buffers of {0}", what);
        }
    }

    public void Dispose()
    {
        foreach (var (region, _, bytes) in _regions)
        {
            if (withPages)
            {
                munmap(region, End(region, bytes) - region);
            }
            else
            {
                NativeMemory.Free((void*)region);
            }
        }
        _regions.Clear();
    }

    private static nint Pages(nint bytes) => (bytes + FenceBytes - 1) / FenceBytes * FenceBytes;

    private static nint End(nint region, nint bytes) => region + Pages(bytes) + (2 * FenceBytes);

    private nint TakeBytes(nint bytes)
    {
        var length = Pages(bytes) + (2 * FenceBytes);
        nint region;
        if (withPages)
        {
            region = mmap(0, length, 0, PrivateAnonymous, -1, 0);
            if (region == -1 || (bytes > 0 && mprotect(region + FenceBytes, Pages(bytes), ReadAndWrite) != 0))
            {
                throw new InvalidOperationException($"No guarded memory: error {Marshal.GetLastPInvokeError()}.");
            }
        }
        else
        {
            region = (nint)NativeMemory.Alloc((nuint)length);
            new Span<int>((void*)region, (int)(length / sizeof(int))).Fill(Canary);
        }
        var inner = fence == Fence.Before ? region + FenceBytes : region + FenceBytes + Pages(bytes) - bytes;
        new Span<byte>((void*)inner, (int)bytes).Clear();
        _regions.Add((region, inner, bytes));
        return inner;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nint length);
}
