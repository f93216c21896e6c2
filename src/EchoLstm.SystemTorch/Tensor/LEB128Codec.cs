namespace TorchSharp.Utils;

/// <summary>Numbers from 0 up in seven bits a byte, the lowest first; the eighth bit says that another byte follows.</summary>
internal static class LEB128Codec
{
    private const int BitsOfLong = 63;

    internal static void Encode(this BinaryWriter writer, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        while (value >= 0x80)
        {
            writer.Write((byte)(value | 0x80));
            value >>= 7;
        }

        writer.Write((byte)value);
    }

    internal static long Decode(this BinaryReader reader)
    {
        long value = 0;
        for (int shift = 0; shift < BitsOfLong; shift += 7)
        {
            byte next = reader.ReadByte();
            value |= (long)(next & 0x7f) << shift;
            if ((next & 0x80) == 0) return value;
        }

        throw new InvalidDataException("A number in the file runs over more bytes than 64 bits need.");
    }
}
