using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace EchoLstm.Training;

/// <summary>
/// A file of TensorFlow's records. Each is its length (8 bytes, little-endian), that length's checksum, the data, and the data's checksum; a checksum is a CRC-32C,
/// rotated and shifted so that a checksum of checksums stays one.
/// </summary>
internal sealed class RecordFile(string path)
{
    private const uint MaskDelta = 0xa282ead8;
    private const int Frame = sizeof(ulong) + sizeof(uint);

    internal string Path { get; } = path;

    /// <summary>Adds records in one call of the system; the file is not kept open.</summary>
    internal void Append(params ReadOnlySpan<IMessage> messages)
    {
        using var records = new MemoryStream();
        foreach (var message in messages)
        {
            records.Write(Record(message));
        }
        using var stream = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.Write(records.GetBuffer().AsSpan(0, (int)records.Length));
    }

    private static byte[] Record(IMessage message)
    {
        var length = message.CalculateSize();
        var record = new byte[Frame + length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Checksum(record.AsSpan(0, sizeof(ulong))));
        message.WriteTo(record.AsSpan(Frame, length));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Frame + length), Checksum(record.AsSpan(Frame, length)));
        return record;
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
