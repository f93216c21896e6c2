// TorchSharp says nothing about null here, and so its users are not warned; the same holds for ours.
#nullable disable

using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor on the processor, read and written in place; positions count over all dimensions in order.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;
    private readonly nint _data;
    private readonly long _count;
    private torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        var info = tensor.Info;
        if ((DeviceType)info.DeviceType != DeviceType.CPU)
        {
            throw new InvalidOperationException("The memory of another device cannot be read: copy the tensor to the cpu first.");
        }

        _shape = tensor.ReadSizes();
        _strides = tensor.ReadStrides();
        _contiguous = info.Contiguous != 0;
        _data = info.Data;
        _count = info.Elements;
        _tensor = tensor;
    }

    /// <summary>How many elements there are; 0 after the accessor was disposed.</summary>
    public long Count => _tensor is null ? 0 : _count;

    /// <summary>Always false.</summary>
    public bool IsReadOnly => false;

    /// <summary>One element: by its position with one index, else with an index for each dimension.</summary>
    public T this[params long[] indices]
    {
        get => indices.Length == 1 ? Memory[Offset(Checked(indices[0]))] : Memory[Offset(indices)];
        set
        {
            if (indices.Length == 1)
            {
                _ = Checked(indices[0]);
            }

            Memory[Offset(indices)] = value;
        }
    }

    // Every access asks the tensor for its handle: after its disposal that throws, where the bare pointer would dangle.
    private T* Memory
    {
        get
        {
            _ = (_tensor ?? throw new ObjectDisposedException(nameof(TensorAccessor<T>))).Handle;
            return (T*)_data;
        }
    }

    /// <summary>True when both have equal elements in the same order.</summary>
    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.SequenceEqual(right);

    /// <summary>False when both have equal elements in the same order.</summary>
    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !(left == right);

    /// <summary>All elements in order, in an array of one dimension.</summary>
    public T[] ToArray()
    {
        if (_shape.Length < 2)
        {
            return (T[])ToNDArray();
        }

        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>All elements in an array with the tensor's dimensions; a tensor without dimensions gives an array of one element.</summary>
    public Array ToNDArray()
    {
        if (_shape.Length == 0)
        {
            return new[] { *Memory };
        }

        var result = _shape.Length == 1 ? new T[_shape[0]] : Array.CreateInstance(typeof(T), _shape);
        if (_count > 0)
        {
            ref var first = ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(result));
            CopyTo(MemoryMarshal.CreateSpan(ref first, checked((int)_count)));
        }

        return result;
    }

    /// <summary>Copies elements from a position on to an array, as many as fit.</summary>
    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies elements from a position on to a span, as many as fit.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = Fitting(array.Length, arrayIndex, tensorIndex) is var length && length > 0 ? array.Slice(arrayIndex, length) : default;
        var memory = Memory;
        if (_contiguous)
        {
            new ReadOnlySpan<T>(memory + tensorIndex, target.Length).CopyTo(target);
        }
        else
        {
            var walk = new StridedWalk(_shape, _strides, tensorIndex);
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = memory[walk.Offset];
                walk.Advance();
            }
        }

        GC.KeepAlive(_tensor);
    }

    /// <summary>Copies an array to the elements from a position on, as many as fit.</summary>
    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies a span to the elements from a position on, as many as fit.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = Fitting(array.Length, arrayIndex, tensorIndex) is var length && length > 0 ? array.Slice(arrayIndex, length) : default;
        var memory = Memory;
        if (_contiguous)
        {
            source.CopyTo(new Span<T>(memory + tensorIndex, source.Length));
        }
        else
        {
            var walk = new StridedWalk(_shape, _strides, tensorIndex);
            foreach (var element in source)
            {
                memory[walk.Offset] = element;
                walk.Advance();
            }
        }

        GC.KeepAlive(_tensor);
    }

    /// <summary>The elements in order.</summary>
    public IEnumerator<T> GetEnumerator()
    {
        var walk = new StridedWalk(_shape, _strides, 0);
        for (long i = 0; i < Count; i++)
        {
            yield return Read(walk.Offset);
            walk.Advance();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>True when both see the same memory, or equal elements in the same order.</summary>
    public override bool Equals(object obj) => obj is TensorAccessor<T> other && (_data == other._data || this == other);

    /// <summary>A hash code of this object.</summary>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <summary>Lets go of the tensor.</summary>
    public void Dispose() => _tensor = null;

    internal static T ReadItemAt(torch.Tensor tensor, long index)
    {
        tensor.ValidateType(typeof(T));
        var accessor = new TensorAccessor<T>(tensor);
        return accessor.Memory[accessor.Offset(index)];
    }

    private T Read(long offset) => Memory[offset];

    private long Checked(long index) => index < Count ? index : throw new IndexOutOfRangeException();

    private long Offset(long index)
    {
        if (index < 0 || index >= _count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The tensor has {_count} elements.");
        }

        return _contiguous ? index : new StridedWalk(_shape, _strides, index).Offset;
    }

    private long Offset(long[] indices)
    {
        long offset = 0;
        for (var i = _shape.Length - 1; i >= 0; i--)
        {
            if (indices[i] < 0 || indices[i] >= _shape[i])
            {
                throw new IndexOutOfRangeException($"Index {indices[i]} in dimension {i}, which has {_shape[i]} elements.");
            }

            offset += indices[i] * _strides[i];
        }

        return offset;
    }

    private int Fitting(int arrayLength, int arrayIndex, long tensorIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arrayIndex);
        if (tensorIndex < 0 || tensorIndex >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(tensorIndex), tensorIndex, $"The tensor has {Count} elements.");
        }

        return (int)Math.Min(arrayLength - arrayIndex, Count - tensorIndex);
    }
}
