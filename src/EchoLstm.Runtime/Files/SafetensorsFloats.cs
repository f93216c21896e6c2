using System.Buffers.Binary;

namespace EchoLstm.Files;

/// <summary>Tensors of any floating-point type as float32.</summary>
internal static class SafetensorsFloats
{
    // Bytes of one piece.
    private const int Piece = 1 << 16;

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="InvalidDataException">It is of whole numbers, has more elements than an array, or a number that float32 does not
    /// hold.</exception>
    internal static float[] ReadFloats(this SafetensorsFile file, SafetensorsEntry entry)
    {
        var size = entry.Type switch
        {
            SafetensorsType.F16 or SafetensorsType.BF16 => 2,
            SafetensorsType.F32 => 4,
            SafetensorsType.F64 => 8,
            _ => throw new InvalidDataException($"{file.Path}: tensor '{entry.Name}' is of {entry.Type}, expected a floating-point type."),
        };
        var count = (entry.End - entry.Begin) / size;
        if (count > Array.MaxLength)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: tensor '{entry.Name}' has {count:N0} elements, and an array holds {Array.MaxLength:N0} at most."));
        }
        var values = new float[count];
        var bytes = new byte[(int)Math.Min(Piece, count * size)];
        for (var first = 0; first < values.Length; first += bytes.Length / size)
        {
            var piece = bytes.AsSpan(0, Math.Min(bytes.Length, (values.Length - first) * size));
            file.Read(entry, (long)first * size, piece);
            for (var i = 0; i < piece.Length / size; i++)
            {
                values[first + i] = Value(file, entry, piece[(i * size)..]);
            }
        }
        return values;
    }

    private static float Value(SafetensorsFile file, SafetensorsEntry entry, ReadOnlySpan<byte> bytes)
    {
        switch (entry.Type)
        {
            case SafetensorsType.F16:
                return (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
            case SafetensorsType.BF16: // the upper half of a float32
                return BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16);
            case SafetensorsType.F32:
                return BinaryPrimitives.ReadSingleLittleEndian(bytes);
            default:
                var wide = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
                return double.IsFinite(wide) && !float.IsFinite((float)wide)
                    ? throw new InvalidDataException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{file.Path}: tensor '{entry.Name}' has {wide}, which float32 does not hold. Train with smaller weights, or save "
                            + $"the model in float32."))
                    : (float)wide;
        }
    }
}
