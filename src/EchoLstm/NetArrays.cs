using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm;

/// <summary>.NET arrays of any rank to tensors and back.</summary>
internal static class NetArrays
{
    /// <summary>Throws unless the array, or those in it, have elements that become a tensor's.</summary>
    /// <exception cref="ArgumentException">They have not.</exception>
    internal static void Check(Array array)
    {
        var element = Element(array);
        if (element == typeof(decimal))
        {
            throw new ArgumentException(
                "decimal has no tensor. Convert the numbers, e.g. Arrays.Reshape<float[,]>(x.Cast<decimal>().Select(value => "
                    + "(float)value).ToArray(), -1, features).", nameof(array));
        }
        if (!IsNumber(element))
        {
            throw new ArgumentException(
                $"An array of {element.Name} can't become a tensor: expected numbers of type float, double, int, long, short, byte or bool. "
                    + "Convert it first, e.g. with Array.ConvertAll.",
                nameof(array));
        }
    }

    /// <summary>A tensor with the array's values and shape; the caller's.</summary>
    /// <param name="array">Numbers, or arrays of one shape.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">The arrays differ in shape or type, or one is null.</exception>
    internal static Tensor ToTensor(Array array, string name = "array")
    {
        var shape = Lengths(array);
        using var flat = Element(array) switch
        {
            var element when element == typeof(float) => tensor(Flat<float>(array, shape, name)),
            var element when element == typeof(double) => tensor(Flat<double>(array, shape, name)),
            var element when element == typeof(int) => tensor(Flat<int>(array, shape, name)),
            var element when element == typeof(long) => tensor(Flat<long>(array, shape, name)),
            var element when element == typeof(byte) => tensor(Flat<byte>(array, shape, name)),
            var element when element == typeof(sbyte) => tensor(Flat<sbyte>(array, shape, name)),
            var element when element == typeof(short) => tensor(Flat<short>(array, shape, name)),
            // Torch computes with no others that lack a sign.
            var element when element == typeof(ushort) =>
                tensor(Array.ConvertAll(Flat<ushort>(array, shape, name), number => (int)number)),
            var element when element == typeof(uint) =>
                tensor(Array.ConvertAll(Flat<uint>(array, shape, name), number => (long)number)),
            _ => tensor(Flat<bool>(array, shape, name)),
        };
        return flat.reshape(shape);
    }

    // The array's own lengths, then those of the first array in it.
    private static long[] Lengths(Array array) =>
        Inner(array) is { } inner ? [.. ArrayElements.Lengths(array), .. Lengths(inner)] : ArrayElements.Lengths(array);

    private static Array? Inner(Array array) =>
        typeof(Array).IsAssignableFrom(array.GetType().GetElementType()) ? array.Cast<Array?>().FirstOrDefault() : null;

    private static bool IsNumber(Type element) =>
        element == typeof(float) || element == typeof(double) || element == typeof(int) || element == typeof(long)
            || element == typeof(bool) || element == typeof(byte) || element == typeof(sbyte)
            || element == typeof(short) || element == typeof(ushort)
            || element == typeof(uint);

    // What the innermost arrays hold; a list of arrays says so by its first.
    private static Type Element(Array array)
    {
        var element = array.GetType().GetElementType()!;
        while (element.IsArray)
        {
            element = element.GetElementType()!;
        }
        return element != typeof(Array) ? element
            : array.Length == 0 ? typeof(float)
            : array.Cast<Array?>().FirstOrDefault(part => part is not null) is { } first ? Element(first) : typeof(float);
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

    private static T[] Flat<T>(Array array, long[] shape, string name)
        where T : unmanaged
    {
        if (array is T[] already)
        {
            return already;
        }
        var flat = new T[shape.Aggregate(1L, (product, length) => checked(product * length))];
        var done = 0;
        Fill(array, 0, name);
        return flat;

        void Fill(Array part, int axis, string place)
        {
            var lengths = ArrayElements.Lengths(part);
            var element = part.GetType().GetElementType()!;
            var isInnermost = !typeof(Array).IsAssignableFrom(element);
            var rest = shape.AsSpan(axis);
            if (isInnermost ? !rest.SequenceEqual(lengths) : !rest.StartsWith(lengths))
            {
                throw new ShapeMismatchException(
                    $"{place} is {Text(lengths)}, but the first one there is {Text(rest)}: arrays that are put together have one shape. Make "
                        + "them equally long with SequencePadding.PadSequences, and mask what it adds with Masking.",
                    Text(rest),
                    Text(lengths));
            }
            if (isInnermost)
            {
                if (element != typeof(T))
                {
                    throw new ArgumentException(
                        $"{place} is a {ArrayElements.TypeName(part.GetType())}, but the first one there has {typeof(T).Name} numbers. Give "
                            + "all arrays one type.", name);
                }
                ArrayElements.Of<T>(part).CopyTo(flat.AsSpan(done));
                done += part.Length;
                return;
            }
            var i = 0;
            foreach (var inner in part)
            {
                var innerPlace = $"{place}[{i++}]";
                Fill(inner as Array ?? throw new ArgumentException($"{innerPlace} is null: expected an array of the others' shape.", name),
                    axis + lengths.Length, innerPlace);
            }
        }

        static string Text(ReadOnlySpan<long> lengths) => new Shape([.. lengths.ToArray().Select(length => (long?)length)]).ToString();
    }

    private static Array Shaped<T>(Tensor dense) where T : unmanaged
    {
        var lengths = dense.shape;
        var array = lengths.Length is > 0 and < 5 ? ArrayElements.New<T>(lengths) : Array.CreateInstance(typeof(T), lengths);
        MemoryMarshal.Cast<byte, T>(dense.bytes).CopyTo(ArrayElements.Of<T>(array));
        return array;
    }
}
