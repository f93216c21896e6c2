using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>What can be asked of a tensor, an array or a shape besides the members of its type.</summary>
public static partial class TensorExtensionMethods
{
    /// <summary>Takes the tensor over as a module's parameter.</summary>
    public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);

    /// <summary>Sizes of all dimensions as 32-bit numbers.</summary>
    public static ReadOnlySpan<int> IntShape(this Tensor tensor) => Array.ConvertAll(tensor.shape, size => (int)size);

    /// <summary>Bytes of one element of this type.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such element type."),
    };

    /// <summary>Number of elements of a tensor of this shape.</summary>
    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>A tensor of the given sizes with a copy of an array of numbers or booleans.</summary>
    public static Tensor ToTensor<T>(this T[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false)
    {
        // By type code: a pattern such as 'rawArray is byte[]' also matches an sbyte[].
        object array = rawArray;
        return Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Byte => tensor((byte[])array, dimensions, requires_grad: requires_grad),
            TypeCode.SByte => tensor((sbyte[])array, dimensions, requires_grad: requires_grad),
            TypeCode.Int16 => tensor((short[])array, dimensions, requires_grad: requires_grad),
            TypeCode.Int32 => tensor((int[])array, dimensions, requires_grad: requires_grad),
            TypeCode.Int64 => tensor((long[])array, dimensions, requires_grad: requires_grad),
            TypeCode.Single => tensor((float[])array, dimensions, requires_grad: requires_grad),
            TypeCode.Double => tensor((double[])array, dimensions, requires_grad: requires_grad),
            TypeCode.Boolean => tensor((bool[])array, dimensions, requires_grad: requires_grad),
            _ => throw new NotSupportedException($"Creating tensor of type {typeof(T)} is not supported."),
        };
    }

    /// <summary>A scalar tensor of a number.</summary>
    public static Tensor ToTensor<T>(this T scalar, Device? device = null, bool requires_grad = false)
        where T : struct
    {
        if (requires_grad && scalar is not (float or double))
            throw new ArgumentException("Only floating point types support gradients.", nameof(requires_grad));
        return scalar switch
        {
            byte value => tensor(value, device, requires_grad),
            sbyte value => tensor(value, device, requires_grad),
            short value => tensor(value, device, requires_grad),
            int value => tensor(value, device, requires_grad),
            long value => tensor(value, device: device, requires_grad: requires_grad),
            float value => tensor(value, device, requires_grad),
            double value => tensor(value, device: device, requires_grad: requires_grad),
            _ => throw new NotSupportedException($"Creating tensor of type {typeof(T)} is not supported."),
        };
    }
}
