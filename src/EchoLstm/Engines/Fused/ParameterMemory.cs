using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Where a module's parameter has its numbers: the kernels read and write them there. Found anew at each run, as moving a module replaces its parameters.
/// </summary>
internal sealed unsafe class ParameterMemory(Func<Parameter> parameter)
{
    private float[]? _seen;
    private long _count;

    /// <summary>The first number.</summary>
    internal float* Start { get; private set; }

    /// <summary>Finds the memory; false where it is not float32, on the CPU, dense, and trainable.</summary>
    internal bool TryFind(out string? reason, bool mayBeFrozen = false)
    {
        var tensor = parameter();
        reason = tensor.dtype != torch.ScalarType.Float32 ? $"its weights are {tensor.dtype}, not Float32"
            : tensor.device_type != DeviceType.CPU ? $"its weights are on {tensor.device_type}, not on the CPU"
            : !tensor.is_contiguous() ? "its weights are not contiguous"
            : !mayBeFrozen && !tensor.requires_grad ? "it is not trainable"
            : null;
        if (reason is not null)
        {
            return false;
        }
        using var values = tensor.detach();
        var bytes = values.bytes;
        Start = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        _count = bytes.Length / sizeof(float);
        return true;
    }

    /// <summary>Whether the numbers are not those of the last time; remembers them.</summary>
    internal bool Changed()
    {
        if (_seen?.Length == _count && MemoryMarshal.AsBytes(_seen.AsSpan()).SequenceEqual(Bytes))
        {
            return false;
        }
        Remember();
        return true;
    }

    /// <summary>Takes the numbers as seen.</summary>
    internal void Remember()
    {
        if (_seen?.Length != _count)
        {
            _seen = new float[_count];
        }
        Bytes.CopyTo(MemoryMarshal.AsBytes(_seen.AsSpan()));
    }

    private ReadOnlySpan<byte> Bytes => new(Start, checked((int)(_count * sizeof(float))));
}
