using System.Runtime.InteropServices;

namespace EchoLstm;

/// <summary>
/// What a model takes as data: a tensor, a .NET array of any rank (<c>float[]</c>, <c>float[,]</c>, <c>float[,,]</c>, ...), an array of
/// arrays (<c>float[][]</c>), a list of arrays or a <c>Memory&lt;float&gt;</c>; elements are float, double, bool or an integer of up to 64
/// bits with a sign. All convert to it by themselves, so that <c>model.Fit(x, y)</c> takes any.
/// </summary>
/// <remarks>A tensor stays the caller's: it is neither changed nor disposed. What has another type converts it once, when it is
/// used.</remarks>
public readonly struct TensorLike
{
    private readonly Tensor? _tensor;
    private readonly Array? _array;
    private readonly ReadOnlyMemory<float>? _memory;

    private TensorLike(Tensor? tensor, Array? array, ReadOnlyMemory<float>? memory = null)
    {
        _tensor = tensor;
        _array = array;
        _memory = memory;
    }

    /// <summary>Whether it holds no data.</summary>
    public bool IsEmpty => _tensor is null && _array is null && _memory is null;

    /// <summary>A tensor as data.</summary>
    /// <param name="tensor">The tensor; it stays the caller's.</param>
    public static implicit operator TensorLike(Tensor? tensor) => FromTensor(tensor);

    /// <summary>An array as data.</summary>
    /// <param name="array">As <see cref="FromArray"/> takes it.</param>
    public static implicit operator TensorLike(Array? array) => FromArray(array);

    /// <summary>Numbers in memory as data of one axis.</summary>
    /// <param name="memory">The numbers.</param>
    public static implicit operator TensorLike(ReadOnlyMemory<float> memory) => FromReadOnlyMemory(memory);

    /// <summary>Numbers in memory as data of one axis.</summary>
    /// <param name="memory">The numbers.</param>
    public static implicit operator TensorLike(Memory<float> memory) => FromReadOnlyMemory(memory);

    /// <summary>Rows as data.</summary>
    /// <param name="rows">The rows, of one length.</param>
    public static implicit operator TensorLike(List<float[]>? rows) => FromRows(rows);

    /// <summary>Samples as data.</summary>
    /// <param name="samples">The samples, each (time steps, features), of one shape.</param>
    public static implicit operator TensorLike(List<float[,]>? samples) => FromRows(samples);

    /// <summary>Rows as data.</summary>
    /// <param name="rows">The rows, of one length.</param>
    public static implicit operator TensorLike(List<double[]>? rows) => FromRows(rows);

    /// <summary>Rows as data.</summary>
    /// <param name="rows">The rows, of one length.</param>
    public static implicit operator TensorLike(List<int[]>? rows) => FromRows(rows);

    /// <summary>A tensor as data.</summary>
    /// <param name="tensor">The tensor; it stays the caller's.</param>
    /// <returns>The tensor as data.</returns>
    public static TensorLike FromTensor(Tensor? tensor) => new(tensor, null);

    /// <summary>An array as data.</summary>
    /// <param name="array">An array of float, double, bool, sbyte, byte, short, ushort, int, uint or long, of any rank; or of such arrays,
    /// all of one shape.</param>
    /// <returns>The array as data.</returns>
    /// <exception cref="ArgumentException">The array's elements are of another type.</exception>
    public static TensorLike FromArray(Array? array)
    {
        if (array is not null)
        {
            NetArrays.Check(array);
        }
        return new(null, array);
    }

    /// <summary>Any list of arrays as data: each is a row, or a sample.</summary>
    /// <param name="rows">The arrays, of one shape and one of the types that <see cref="FromArray"/> takes; the list is read at
    /// once.</param>
    /// <returns>The list as data, with an axis more than each array.</returns>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public static TensorLike FromRows(IReadOnlyList<Array>? rows) => FromArray(rows?.ToArray());

    /// <summary>Numbers in memory as data of one axis.</summary>
    /// <param name="memory">The numbers; <c>Predict(ReadOnlySpan, ...)</c> takes samples of more axes from memory.</param>
    /// <returns>The numbers as data.</returns>
    public static TensorLike FromReadOnlyMemory(ReadOnlyMemory<float> memory) => new(null, null, memory);

    /// <summary>As <see cref="FromReadOnlyMemory"/>.</summary>
    /// <param name="memory">The numbers.</param>
    /// <returns>The numbers as data.</returns>
    public static TensorLike FromMemory(Memory<float> memory) => FromReadOnlyMemory(memory);

    /// <summary>What a program of its own types gives as data.</summary>
    internal static TensorLike From<T>(T data) => data switch
    {
        TensorLike given => given,
        Tensor tensor => tensor,
        Array array => array,
        IReadOnlyList<Array> rows => FromRows(rows),
        null => default, // told by its place where it is read
        _ => throw new ArgumentException(
            $"A {typeof(T).Name} can't become a tensor: expected a tensor, an array or a TensorLike. A batch has its samples on the first "
                + "axis: of one number a sample give float[,], (samples, 1).",
            nameof(data)),
    };

    /// <summary>A second tensor of the same numbers, to be read while another thread may dispose the caller's; null: it is no tensor, or a
    /// disposed one.</summary>
    internal Tensor? Alias() => _tensor is null or { IsInvalid: true } ? null : _tensor.detach();

    /// <summary>The numbers where they lie, if they lie as the kernels read them: floats on the CPU, one row after the other.</summary>
    /// <returns>false: the data has other axes, or has to be converted.</returns>
    internal bool TryPlain(scoped Span<long> lengths, out ReadOnlySpan<float> numbers)
    {
        numbers = default;
        if (_array is float[,] or float[,,] && _array.Rank == lengths.Length && _array.Length > 0)
        {
            for (var axis = 0; axis < lengths.Length; axis++)
            {
                lengths[axis] = _array.GetLength(axis);
            }
            numbers = MemoryMarshal.Cast<byte, float>(
                MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(_array), _array.Length * sizeof(float)));
            return true;
        }
        if (_tensor is null || _tensor.IsInvalid || _tensor.dtype != ScalarType.Float32 || _tensor.device_type != DeviceType.CPU
            || _tensor.is_sparse || _tensor.ndim != lengths.Length || _tensor.numel() is 0 or > int.MaxValue / sizeof(float)
            || !_tensor.is_contiguous())
        {
            return false;
        }
        _tensor.shape.CopyTo(lengths);
        numbers = MemoryMarshal.Cast<byte, float>(_tensor.bytes);
        return true;
    }

    /// <summary>A tensor of its own over the data; the caller disposes it, never the source.</summary>
    internal Tensor ToTensor(string name)
    {
        if (_tensor is not null)
        {
            TensorCheck.Readable(_tensor, name);
            // Data is no part of what is trained: a gradient that the caller's tensor asks for stays the caller's.
            return _tensor.detach();
        }
        if (_memory is { } memory)
        {
            return tensor(memory.ToArray());
        }
        if (_array is null)
        {
            throw new ArgumentNullException(name, $"{name} is null: expected a tensor or an array.");
        }
        return NetArrays.ToTensor(_array, name);
    }
}
