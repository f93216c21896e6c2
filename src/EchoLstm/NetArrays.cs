using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EchoLstm;

/// <summary>.NET arrays of any rank to tensors and back.</summary>
internal static class NetArrays
{
    private const int Piece = 1 << 26;

    /// <summary>Throws unless the array, or those in it, have elements that become a tensor's.</summary>
    internal static void Check(Array array)
    {
        var element = Element(array);
        if (element == typeof(decimal))
        {
            throw new ArgumentException(
                "decimal has no tensor. Convert the numbers, e.g. Arrays.Reshape<float[,]>(x.Cast<decimal>().Select(value => "
                    + "(float)value).ToArray(), -1, features).", nameof(array));
        }
        if (element == typeof(Tensor))
        {
            throw new ArgumentException(
                "An array of tensors is not one tensor. Give a model with several inputs a list, [a, b] or [.. tensors]; tensors of one "
                    + "shape become one with torch.stack.",
                nameof(array));
        }
        if (!IsNumber(element))
        {
            var how = element == typeof(string)
                ? "Number texts first: var classes = texts.Distinct().ToList(); int[] numbers = [.. texts.Select(text => "
                    + "classes.IndexOf(text))];"
                : element == typeof(DateTime) || element == typeof(DateTimeOffset) || element == typeof(TimeSpan)
                ? "Make times numbers near 1 first, such as the hour of the day / 24, or the days since the first."
                : "Convert it first, e.g. with Array.ConvertAll.";
            throw new ArgumentException(
                $"An array of {element.Name} can't become a tensor: expected numbers of type float, double, int, long, short, byte or bool. "
                    + how,
                nameof(array));
        }
    }

    /// <summary>A tensor with the array's values and shape; the caller's.</summary>
    /// <exception cref="ArgumentException">The arrays differ in shape or type, or one is null.</exception>
    internal static Tensor ToTensor(Array array, string name = "array")
    {
        var shape = Lengths(array);
        var element = Element(array);
        return element == typeof(float) ? New<float>(array, shape, ScalarType.Float32, name)
            : element == typeof(double) ? New<double>(array, shape, ScalarType.Float64, name)
            : element == typeof(int) ? New<int>(array, shape, ScalarType.Int32, name)
            : element == typeof(long) ? New<long>(array, shape, ScalarType.Int64, name)
            : element == typeof(byte) ? New<byte>(array, shape, ScalarType.Byte, name)
            : element == typeof(sbyte) ? New<sbyte>(array, shape, ScalarType.Int8, name)
            : element == typeof(short) ? New<short>(array, shape, ScalarType.Int16, name)
            // Torch computes with no others that lack a sign.
            : element == typeof(ushort) ? Shaped(tensor(Array.ConvertAll(Flat<ushort>(array, shape, name), number => (int)number)), shape)
            : element == typeof(uint) ? Shaped(tensor(Array.ConvertAll(Flat<uint>(array, shape, name), number => (long)number)), shape)
            : New<bool>(array, shape, ScalarType.Bool, name);
    }

    // Straight into Torch's memory: arrays that large would wait long for the garbage collector.
    private static Tensor New<T>(Array array, long[] shape, ScalarType type, string name)
        where T : unmanaged
    {
        var made = empty(shape, type);
        try
        {
            if (made.numel() * Unsafe.SizeOf<T>() <= int.MaxValue)
            {
                Fill(array, shape, MemoryMarshal.Cast<byte, T>(made.bytes), name);
                return made;
            }
            // A span of bytes holds no more.
            using var line = made.flatten();
            var flat = Flat<T>(array, shape, name);
            for (var start = 0; start < flat.Length; start += Piece)
            {
                var piece = flat.AsSpan(start, Math.Min(Piece, flat.Length - start));
                using var place = line.narrow(0, start, piece.Length);
                piece.CopyTo(MemoryMarshal.Cast<byte, T>(place.bytes));
            }
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private static Tensor Shaped(Tensor flat, long[] shape)
    {
        using (flat)
        {
            return flat.reshape(shape);
        }
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
        Fill<T>(array, shape, flat, name);
        return flat;
    }

    // Copies the innermost arrays' elements one after the other.
    private static void Fill<T>(Array array, long[] shape, Span<T> to, string name)
        where T : unmanaged
    {
        var done = 0;
        FillPart(array, 0, name, to);

        void FillPart(Array part, int axis, string place, Span<T> to)
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
                ArrayElements.Of<T>(part).CopyTo(to[done..]);
                done += part.Length;
                return;
            }
            var i = 0;
            foreach (var inner in part)
            {
                var innerPlace = $"{place}[{i++}]";
                var given = inner as Array
                    ?? throw new ArgumentException($"{innerPlace} is null: expected an array of the others' shape.", name);
                FillPart(given, axis + lengths.Length, innerPlace, to);
            }
        }

        static string Text(ReadOnlySpan<long> lengths) => Shape.Known(lengths).ToString();
    }

    private static Array Shaped<T>(Tensor dense) where T : unmanaged
    {
        var lengths = dense.shape;
        var array = lengths.Length is > 0 and < 5 ? ArrayElements.New<T>(lengths) : Array.CreateInstance(typeof(T), lengths);
        MemoryMarshal.Cast<byte, T>(dense.bytes).CopyTo(ArrayElements.Of<T>(array));
        return array;
    }
}
