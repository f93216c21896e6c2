using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The steps that all functions which make tensors share.</summary>
internal static class Factory
{
    private static readonly Operator ScalarTensor = Operator.Find("aten::scalar_tensor");

    /// <summary>Sets what a caller asked for on a new tensor; frees the tensor when that fails.</summary>
    internal static Tensor Finish(Tensor made, bool requiresGrad, string[]? names = null)
    {
        if (!requiresGrad && names is not { Length: > 0 }) return made;
        try
        {
            if (names is { Length: > 0 }) throw new NotSupportedException("Named dimensions are not part of this subset of TorchSharp; pass null for 'names'.");
            made.requires_grad = true;
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    internal static Tensor Scalar(Scalar value, ScalarType dtype, Device? device, bool requiresGrad = false) =>
        Finish(ScalarTensor.Call(value, dtype, Argument.None, device ?? get_default_device()), requiresGrad);

    /// <summary>A tensor with a copy of the data, which may be longer than the shape needs.</summary>
    internal static Tensor FromSpan<T>(
        ReadOnlySpan<T> data, ReadOnlySpan<long> sizes, ScalarType type, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        where T : unmanaged
    {
        long elements = CheckSize(sizes, data.Length);
        return Settle(Tensor.FromData(data[..(int)elements], sizes, type), dtype, device, requiresGrad, names);
    }

    /// <summary>A tensor with a copy of an array of any rank, in the array's shape.</summary>
    internal static Tensor FromArray<T>(Array array, ScalarType type, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        where T : unmanaged
    {
        var elements = array.Length == 0
            ? default
            : MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
        return FromSpan(elements, ShapeOf(array), type, dtype, device, requiresGrad, names);
    }

    /// <summary>A tensor over the memory of an array of any rank where type and device allow it, else over a converted copy.</summary>
    internal static Tensor Share(Array array, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names) =>
        Settle(Tensor.FromArray(array, ShapeOf(array), TypeOf(array)), dtype, device, requiresGrad, names);

    internal static ScalarType TypeOf(Array array) => ToScalarType(array.GetType().GetElementType()!);

    private static long[] ShapeOf(Array array)
    {
        var shape = new long[array.Rank];
        for (int i = 0; i < shape.Length; i++) shape[i] = array.GetLength(i);
        return shape;
    }

    private static Tensor Settle(Tensor made, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
    {
        device ??= get_default_device();
        if ((dtype is ScalarType wanted && wanted != made.dtype) || device.type != DeviceType.CPU)
            made = made.to(dtype ?? made.dtype, device, disposeAfter: true);
        return Finish(made, requiresGrad, names);
    }

    private static long CheckSize(ReadOnlySpan<long> sizes, long available)
    {
        long elements = 1;
        foreach (long size in sizes) elements = checked(elements * size);
        if (elements < 0 || elements > available)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {elements} vs. {available}");
        return elements;
    }
}
