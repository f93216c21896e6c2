using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EchoLstm.Files;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its elements' type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Write">Writes its elements, the last axis running fastest, little-endian.</param>
internal sealed record SafetensorsSource(string Name, SafetensorsType Type, long[] Shape, Action<Stream> Write);

/// <summary>
/// Writes the safetensors format: the header's length in 8 bytes, the header as JSON padded with spaces to 8 bytes, the tensors one after
/// the other. Larger elements come first, then names in ordinal order, so that every tensor is aligned and one content gives one file.
/// </summary>
internal static class SafetensorsWriter
{
    internal const int Alignment = 8;

    // Names of any language stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file's content.</summary>
    internal static void Write(Stream stream, IReadOnlyList<KeyValuePair<string, string>> metadata, IEnumerable<SafetensorsSource> tensors)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        var header = Header(metadata, ordered);
        if (header.Length > SafetensorsFile.LargestHeader)
        {
            throw new InvalidOperationException($"The header would have {header.Length} bytes, and no reader takes more than "
                + $"{SafetensorsFile.LargestHeader}. Give the layers shorter names.");
        }
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in ordered)
        {
            tensor.Write(stream);
        }
    }

    private static byte[] Header(IReadOnlyList<KeyValuePair<string, string>> metadata, List<SafetensorsSource> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsFile.MetadataName);
                foreach (var (name, text) in metadata)
                {
                    json.WriteString(name, text);
                }
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", Enum.GetName(tensor.Type));
                json.WriteStartArray("shape");
                var bytes = (long)tensor.Type.Size();
                foreach (var axis in tensor.Shape)
                {
                    json.WriteNumberValue(axis);
                    bytes = checked(bytes * axis);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset = checked(offset + bytes);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        var padded = new byte[(buffer.WrittenCount + Alignment - 1) / Alignment * Alignment];
        buffer.WrittenSpan.CopyTo(padded);
        padded.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return padded;
    }
}
