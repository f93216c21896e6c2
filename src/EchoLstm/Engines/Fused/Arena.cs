using System.Numerics;

namespace EchoLstm.Engines.Fused;

/// <summary>One block of pinned memory that the kernels' buffers lie in; grown when shapes grow, never in a steady state.</summary>
internal sealed unsafe class Arena
{
    private const int Alignment = 64;

    private float[] _memory = [];
    private float* _start;
    private long _used;
    private long _capacity;

    /// <summary>Rounds a length up to whole vectors.</summary>
    internal static int Padded(int length) => (length + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

    /// <summary>Begins a new layout of the given size; all buffers of the last one are gone, and every number is 0.</summary>
    internal void Reset(long numbers)
    {
        const int NumbersPerLine = Alignment / sizeof(float);
        if (numbers > _capacity)
        {
            _memory = GC.AllocateArray<float>(checked((int)(numbers + NumbersPerLine)), pinned: true);
            var address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]);
            _start = (float*)((address + Alignment - 1) & ~(nint)(Alignment - 1));
            _capacity = numbers;
        }
        else
        {
            new Span<float>(_start, checked((int)numbers)).Clear();
        }
        _used = 0;
    }

    /// <summary>The next buffer; it begins on a cache line.</summary>
    internal float* Take(long numbers)
    {
        var taken = _start + _used;
        _used += RoundUp(numbers);
        return _used <= _capacity ? taken : throw new InvalidOperationException("The arena was laid out too small.");
    }

    /// <summary>What a buffer takes of the arena.</summary>
    internal static long RoundUp(long numbers) => (numbers + 15) / 16 * 16;
}
