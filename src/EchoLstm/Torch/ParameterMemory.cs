using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EchoLstm.Torch;

/// <summary>
/// Where a module's parameter has its numbers: the kernels read and write them there. Found anew at each run, as moving a module moves or
/// replaces its parameters.
/// </summary>
/// <param name="parameter">Asks the module for its parameter.</param>
/// <param name="staysUntilDisposed">Whether the module disposes a parameter that it replaces, so that one need not be asked for again
/// before: most of TorchSharp's allocate an answer.
/// </param>
internal sealed unsafe class ParameterMemory(Func<Tensor> parameter, bool staysUntilDisposed = false)
{
    private Tensor? _found;
    private nint _handle;
    private float[]? _seen;
    private long _count;

    internal float* Start { get; private set; }

    /// <summary>Whether the tensor that was found last was disposed since, as moving its module does. Nothing native is asked.</summary>
    internal bool IsGone => _found!.IsInvalid;

    /// <summary>Finds the memory; false where it is not float32, on the CPU, dense, and trainable.</summary>
    internal bool TryFind(out string? reason, bool mayBeFrozen = false)
    {
        var tensor = staysUntilDisposed && _found is { IsInvalid: false } ? _found : parameter();
        if (tensor.IsInvalid)
        {
            reason = "its weights are disposed";
            return false;
        }
        // The same tensor as the last time: only what can change in place is looked at, so that a step of a stream costs next to nothing.
        if (ReferenceEquals(tensor, _found) && tensor.Handle == _handle && tensor.dtype == ScalarType.Float32
            && tensor.device_type == DeviceType.CPU && (mayBeFrozen || tensor.requires_grad))
        {
            Start = StartOf(tensor);
            reason = null;
            return true;
        }
        reason = tensor.dtype != ScalarType.Float32 ? $"its weights are {tensor.dtype}, not Float32"
            : tensor.device_type != DeviceType.CPU ? $"its weights are on {tensor.device_type}, not on the CPU"
            : !tensor.is_contiguous() ? "its weights are not contiguous"
            : !mayBeFrozen && !tensor.requires_grad ? "it is not trainable"
            : null;
        if (reason is not null)
        {
            return false;
        }
        (_found, _handle, _count) = (tensor, tensor.Handle, tensor.numel());
        Start = StartOf(tensor);
        return true;
    }

    internal Tensor Parameter() => parameter();

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

    internal void Remember()
    {
        if (_seen?.Length != _count)
        {
            _seen = new float[_count];
        }
        Bytes.CopyTo(MemoryMarshal.AsBytes(_seen.AsSpan()));
    }

    /// <summary>The first number of a dense tensor on the CPU.</summary>
    internal static float* StartOf(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private ReadOnlySpan<byte> Bytes => new(Start, checked((int)(_count * sizeof(float))));
}
