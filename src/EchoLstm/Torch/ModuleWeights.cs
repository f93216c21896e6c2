using EchoLstm.Kernels;

namespace EchoLstm.Torch;

/// <summary>A kernel's weights in a layer's module: packed where the numbers are not as they were, and written back.</summary>
internal sealed unsafe class ModuleWeights(LayerKernel kernel, long place, IReadOnlyList<ParameterMemory> memories)
{
    private readonly List<LayerKernel> _later = [];

    internal ParameterMemory[] Memories { get; } = [.. memories];

    /// <summary>Where the numbers begin in the packed weights.</summary>
    internal long Place => place;

    /// <summary>Another kernel reads the same packed weights.</summary>
    internal void ShareWith(LayerKernel later) => _later.Add(later);

    /// <summary>Packs the weights where they changed.</summary>
    internal void Load(float* packed)
    {
        var changed = false;
        foreach (var memory in Memories)
        {
            changed |= memory.Changed();
        }
        if (changed)
        {
            Span<nint> starts = stackalloc nint[Memories.Length];
            kernel.Pack(WeightLayout.Torch, Starts(starts), packed + place);
            kernel.Examine();
            foreach (var later in _later)
            {
                later.Examine();
            }
        }
    }

    internal void Store(float* packed)
    {
        Span<nint> starts = stackalloc nint[Memories.Length];
        kernel.Unpack(packed + place, WeightLayout.Torch, Starts(starts));
        foreach (var memory in Memories)
        {
            memory.Remember();
        }
    }

    /// <summary>Copies numbers that are packed like the weights to memory that is laid out like the parameters, or back.</summary>
    internal void Exchange(float* packed, ReadOnlySpan<nint> homes, bool unpacks)
    {
        if (unpacks)
        {
            kernel.Unpack(packed + place, WeightLayout.Torch, homes);
        }
        else
        {
            kernel.Pack(WeightLayout.Torch, homes, packed + place);
        }
    }

    private Span<nint> Starts(Span<nint> starts)
    {
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = (nint)Memories[i].Start;
        }
        return starts;
    }
}
