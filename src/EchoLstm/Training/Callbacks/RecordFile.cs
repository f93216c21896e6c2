using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace EchoLstm.Training;

/// <summary>
/// A file of TensorFlow's records. Each is its length (8 bytes, little-endian), that length's checksum, the data, and the data's checksum;
/// a checksum is a CRC-32C, rotated and shifted so that a checksum of checksums stays one.
/// </summary>
internal sealed class RecordFile(string path)
{
    private const uint MaskDelta = 0xa282ead8;
    private const int Frame = sizeof(ulong) + sizeof(uint);

    /// <summary>Adds a record in one call of the system; the file is not kept open.</summary>
    internal void Append(IMessage message)
    {
        var data = message.ToByteArray();
        var record = new byte[Frame + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Checksum(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record, Frame);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Frame + data.Length), Checksum(data));
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.Write(record);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }
}
