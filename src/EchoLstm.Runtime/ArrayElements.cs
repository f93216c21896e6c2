using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EchoLstm;

/// <summary>The elements of an array of any rank as one span: they lie one after the other, the last axis running fastest.</summary>
internal static class ArrayElements
{
    /// <summary>The array's own elements, to read and to write; T must be the type that the array holds.</summary>
    internal static Span<T> Of<T>(Array array)
        where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    internal static long[] Lengths(Array array)
    {
        var lengths = new long[array.Rank];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = array.GetLength(i);
        }
        return lengths;
    }

    /// <summary>A new array of one to four axes: types that the code names, as a program that was compiled ahead of time has no
    /// others.</summary>
    /// <exception cref="ArgumentException">There are more axes, or none.</exception>
    internal static Array New<T>(long[] lengths) => lengths switch
    {
        [var a] => new T[a],
        [var a, var b] => new T[a, b],
        [var a, var b, var c] => new T[a, b, c],
        [var a, var b, var c, var d] => new T[a, b, c, d],
        _ => throw new ArgumentException($"An array has one to four axes here, not {lengths.Length}.", nameof(lengths)),
    };

    /// <summary>How C# writes the type of an array.</summary>
    internal static string TypeName(Type type)
    {
        if (!type.IsArray)
        {
            return type.Name;
        }
        var element = type.GetElementType()!;
        var name = element == typeof(float) ? "float"
            : element == typeof(double) ? "double"
            : element == typeof(long) ? "long"
            : element == typeof(int) ? "int"
            : element == typeof(bool) ? "bool"
            : element.Name;
        return $"{name}[{new string(',', type.GetArrayRank() - 1)}]";
    }
}
