using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm;

/// <summary>.NET arrays of any rank to tensors and back.</summary>
internal static class NetArrays
{
    internal static bool Supports(Array array)
    {
        var element = array.GetType().GetElementType()!;
        return element == typeof(float) || element == typeof(double) || element == typeof(int) || element == typeof(long)
            || element == typeof(bool);
    }

    /// <summary>A tensor with the array's values and shape; the caller's.</summary>
    internal static Tensor ToTensor(Array array)
    {
        using var flat = array.GetType().GetElementType() switch
        {
            var element when element == typeof(float) => tensor(Flat<float>(array)),
            var element when element == typeof(double) => tensor(Flat<double>(array)),
            var element when element == typeof(int) => tensor(Flat<int>(array)),
            var element when element == typeof(long) => tensor(Flat<long>(array)),
            _ => tensor(Flat<bool>(array)),
        };
        return flat.reshape(ArrayElements.Lengths(array));
    }

    /// <summary>An array with the tensor's values and shape: float, double, int, long or bool as the tensor is.</summary>
    internal static Array FromTensor(Tensor source)
    {
        using var values = source.detach();
        using var cpu = values.cpu();
        using var dense = cpu.contiguous();
        return dense.dtype switch
        {
            ScalarType.Float32 => Shaped<float>(dense),
            ScalarType.Float64 => Shaped<double>(dense),
            ScalarType.Int32 => Shaped<int>(dense),
            ScalarType.Int64 => Shaped<long>(dense),
            ScalarType.Bool => Shaped<bool>(dense),
            _ => throw new ArgumentException(
                $"A tensor of {dense.dtype} has no .NET array here: expected float, double, int, long or bool. Convert it first.",
                nameof(source)),
        };
    }

    private static T[] Flat<T>(Array array) where T : unmanaged
    {
        if (array is T[] already)
        {
            return already;
        }
        var flat = new T[array.Length];
        ArrayElements.Of<T>(array).CopyTo(flat);
        return flat;
    }

    private static Array Shaped<T>(Tensor dense) where T : unmanaged
    {
        var lengths = dense.shape;
        var array = lengths.Length is > 0 and < 5 ? ArrayElements.New<T>(lengths) : Array.CreateInstance(typeof(T), lengths);
        MemoryMarshal.Cast<byte, T>(dense.bytes).CopyTo(ArrayElements.Of<T>(array));
        return array;
    }
}
