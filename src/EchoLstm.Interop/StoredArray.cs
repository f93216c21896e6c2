using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EchoLstm.Interop;

/// <summary>An array in a file; its numbers are read when they are asked for.</summary>
internal sealed record StoredArray(string Place, long[] Shape, long Bytes, Func<float[]> Read)
{
    internal string ShapeText => EchoLstm.Shape.Known(Shape).ToString();
}

/// <summary>Numbers of several types as float32.</summary>
internal static class NumberBytes
{
    internal static float[] ToFloats(byte[] bytes, bool isFloat, int size, bool isSigned)
    {
        var numbers = new float[bytes.Length / size];
        if (isFloat && size == 4 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(numbers);
            return numbers;
        }
        for (var i = 0; i < numbers.Length; i++)
        {
            var one = bytes.AsSpan(i * size, size);
            numbers[i] = (isFloat, size) switch
            {
                (true, 2) => (float)BinaryPrimitives.ReadHalfLittleEndian(one),
                (true, 4) => BinaryPrimitives.ReadSingleLittleEndian(one),
                (true, _) => (float)BinaryPrimitives.ReadDoubleLittleEndian(one),
                (_, 1) => isSigned ? (sbyte)one[0] : one[0],
                (_, 2) => isSigned ? BinaryPrimitives.ReadInt16LittleEndian(one) : BinaryPrimitives.ReadUInt16LittleEndian(one),
                (_, 4) => isSigned ? BinaryPrimitives.ReadInt32LittleEndian(one) : BinaryPrimitives.ReadUInt32LittleEndian(one),
                _ => isSigned ? BinaryPrimitives.ReadInt64LittleEndian(one) : BinaryPrimitives.ReadUInt64LittleEndian(one),
            };
        }
        return numbers;
    }
}
