using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Tests.Training;

/// <summary>One scalar of an event file, or its version where <see cref="Tag"/> is null.</summary>
internal sealed record ReadEvent(double WallTime, long Step, string? Version, string? Tag, float Value, string? Plugin, int DataClass);

/// <summary>Reads TensorBoard's event files from their description, byte by byte, with nothing of what writes them.</summary>
internal static class EventFileReader
{
    private const uint ReversedCastagnoli = 0x82F63B78;

    internal static List<ReadEvent> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        List<ReadEvent> events = [];
        for (var place = 0; place < bytes.Length;)
        {
            var length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(place, 8)));
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place + 8, 4)).Should().Be(Masked(bytes.AsSpan(place, 8)), "that is the length's checksum");
            var data = bytes.AsSpan(place + 12, length);
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place + 12 + length, 4)).Should().Be(Masked(data), "that is the data's checksum");
            events.AddRange(Event(data));
            place += 12 + length + 4;
        }
        return events;
    }

    /// <summary>CRC-32C, bit by bit.</summary>
    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFF;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ ReversedCastagnoli : crc >> 1;
            }
        }
        return crc ^ 0xFFFFFFFF;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    // event: 1 wall_time (double), 2 step, 3 file_version, 5 summary { 1 value { 1 tag, 2 simple_value (float), 9 metadata { 1 plugin_data { 1 plugin_name }, 4 data_class } } }
    private static List<ReadEvent> Event(ReadOnlySpan<byte> data)
    {
        var fields = Fields(data);
        var wallTime = BitConverter.ToDouble(fields.Single(field => field.Number == 1).Bytes);
        var step = fields.Where(field => field.Number == 2).Select(field => (long)field.Integer).SingleOrDefault();
        if (fields.SingleOrDefault(field => field.Number == 3).Bytes is { } version)
        {
            return [new ReadEvent(wallTime, step, Encoding.UTF8.GetString(version), null, 0, null, 0)];
        }
        List<ReadEvent> scalars = [];
        foreach (var (_, _, value) in Fields(fields.Single(field => field.Number == 5).Bytes))
        {
            var parts = Fields(value);
            var metadata = Fields(parts.Single(field => field.Number == 9).Bytes);
            var plugin = Fields(metadata.Single(field => field.Number == 1).Bytes);
            scalars.Add(new ReadEvent(
                wallTime,
                step,
                null,
                Encoding.UTF8.GetString(parts.Single(field => field.Number == 1).Bytes!),
                BitConverter.ToSingle(parts.Single(field => field.Number == 2).Bytes),
                Encoding.UTF8.GetString(plugin.Single(field => field.Number == 1).Bytes!),
                (int)metadata.Single(field => field.Number == 4).Integer));
        }
        return scalars;
    }

    private static List<(int Number, ulong Integer, byte[]? Bytes)> Fields(ReadOnlySpan<byte> message)
    {
        List<(int, ulong, byte[]?)> fields = [];
        while (message.Length > 0)
        {
            var key = Integer(ref message);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add((number, Integer(ref message), null));
                    break;
                case 1:
                    fields.Add((number, 0, Take(ref message, 8)));
                    break;
                case 2:
                    fields.Add((number, 0, Take(ref message, (int)Integer(ref message))));
                    break;
                case 5:
                    fields.Add((number, 0, Take(ref message, 4)));
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} of field {number}.");
            }
        }
        return fields;
    }

    private static ulong Integer(ref ReadOnlySpan<byte> message)
    {
        var (value, shift) = (0UL, 0);
        byte part;
        do
        {
            part = message[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80);
        return value;
    }

    private static byte[] Take(ref ReadOnlySpan<byte> message, int length)
    {
        var taken = message[..length].ToArray();
        message = message[length..];
        return taken;
    }
}
