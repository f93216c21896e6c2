using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm;

/// <summary>
/// What a model takes as data: a tensor, or a .NET array of any rank (<c>float[]</c>, <c>float[,]</c>, <c>float[,,]</c>, ...)
/// of float, double, int, long or bool. Both convert to it by themselves, so that <c>model.Fit(x, y)</c> takes either.
/// </summary>
/// <remarks>A tensor stays the caller's: it is neither changed nor disposed.</remarks>
public readonly struct TensorLike
{
    private readonly Tensor? _tensor;
    private readonly Array? _array;

    private TensorLike(Tensor? tensor, Array? array)
    {
        _tensor = tensor;
        _array = array;
    }

    /// <summary>Whether it holds neither a tensor nor an array.</summary>
    public bool IsEmpty => _tensor is null && _array is null;

    /// <summary>A tensor as data.</summary>
    /// <param name="tensor">The tensor; it stays the caller's.</param>
    public static implicit operator TensorLike(Tensor? tensor) => FromTensor(tensor);

    /// <summary>An array as data.</summary>
    /// <param name="array">An array of float, double, int, long or bool, of any rank.</param>
    public static implicit operator TensorLike(Array? array) => FromArray(array);

    /// <summary>A tensor as data.</summary>
    /// <param name="tensor">The tensor; it stays the caller's.</param>
    /// <returns>The tensor as data.</returns>
    public static TensorLike FromTensor(Tensor? tensor) => new(tensor, null);

    /// <summary>An array as data.</summary>
    /// <param name="array">An array of float, double, int, long or bool, of any rank.</param>
    /// <returns>The array as data.</returns>
    /// <exception cref="ArgumentException">The array's elements are of another type.</exception>
    public static TensorLike FromArray(Array? array)
    {
        if (array is not null && !NetArrays.Supports(array))
        {
            throw new ArgumentException(
                $"An array of {array.GetType().GetElementType()!.Name} can't become a tensor: expected float, double, int, long or bool "
                    + "elements in a rectangular array. Convert it first.",
                nameof(array));
        }
        return new(null, array);
    }

    /// <summary>A tensor of its own over the data; the caller disposes it, never the source.</summary>
    /// <param name="name">The argument's name, for the error when there is no data.</param>
    internal Tensor ToTensor(string name)
    {
        if (_tensor is not null)
        {
            TensorCheck.Readable(_tensor, name);
            // Data is no part of what is trained: a gradient that the caller's tensor asks for stays the caller's.
            return _tensor.detach();
        }
        if (_array is null)
        {
            throw new ArgumentNullException(name, $"{name} is null: expected a tensor or an array.");
        }
        return NetArrays.ToTensor(_array);
    }
}
