using System.Runtime.CompilerServices;

namespace EchoLstm.Kernels;

/// <summary>
/// One block of pinned memory that the kernels' buffers lie in; grown when shapes grow, never in a steady state. A layout is made twice:
/// first measured, when <see cref="Take"/> gives null, then taken.
/// </summary>
/// <param name="advice">What to do where memory is too small.</param>
internal unsafe class Arena(string advice = "Use smaller batches or shorter sequences.")
{
    private const int Alignment = 64;
    private const int NumbersPerLine = Alignment / sizeof(float);

    private float[] _memory = [];
    private float* _start;
    private long _used;
    private long _capacity;
    private bool _measuring;

    /// <summary>How many bytes the block has.</summary>
    internal long Bytes => _capacity * sizeof(float);

    /// <summary>Gives a layout its buffers; all buffers of the last one are gone, and every number is 0.</summary>
    /// <param name="layout">Takes the buffers, the same ones each time it is called.</param>
    /// <exception cref="InsufficientMemoryException">There is no block of that size.</exception>
    internal virtual void Lay(Action<Arena> layout)
    {
        (_measuring, _used) = (true, 0);
        layout(this);
        _measuring = false;
        Grow(_used);
        _used = 0;
        layout(this);
    }

    /// <summary>The next buffer; it begins on a cache line.</summary>
    internal virtual float* Take(long numbers)
    {
        var taken = _start + _used;
        _used += RoundUp(numbers);
        return _measuring ? null : taken;
    }

    /// <summary>The next buffer, of bytes: a mask, one a row.</summary>
    internal byte* TakeBytes(long count) => (byte*)Take((count + sizeof(float) - 1) / sizeof(float));

    /// <summary>What a buffer takes of the arena.</summary>
    internal static long RoundUp(long numbers) => (numbers + NumbersPerLine - 1) / NumbersPerLine * NumbersPerLine;

    private void Grow(long numbers)
    {
        if (numbers <= _capacity)
        {
            for (var done = 0L; done < numbers; done += int.MaxValue / 2)
            {
                new Span<float>(_start + done, (int)Math.Min(numbers - done, int.MaxValue / 2)).Clear();
            }
            return;
        }
        if (numbers > Array.MaxLength - NumbersPerLine)
        {
            throw new InsufficientMemoryException(
                $"One batch would need {numbers * sizeof(float) / 1e9:F1} GB for its activations, "
                + $"and a block holds {Array.MaxLength * (double)sizeof(float) / 1e9:F1} GB. {advice}");
        }
        (_memory, _capacity) = ([], 0); // so that the old block can go first, and is not used where there is no new one
        _memory = GC.AllocateArray<float>((int)numbers + NumbersPerLine, pinned: true);
        var address = (nint)Unsafe.AsPointer(ref _memory[0]);
        _start = (float*)((address + Alignment - 1) & ~(nint)(Alignment - 1));
        _capacity = numbers;
    }
}
