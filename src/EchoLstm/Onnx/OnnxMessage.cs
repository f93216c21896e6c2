using Google.Protobuf;

namespace EchoLstm.Onnx;

/// <summary>Messages of Protocol Buffers, field by field: ONNX's schema is a few numbers, which stand where they are written.</summary>
internal static class OnnxMessage
{
    internal static ByteString Of(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var stream = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(stream);
        }
        return UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    internal static void Text(this CodedOutputStream stream, int field, string text)
    {
        stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
        stream.WriteString(text);
    }

    internal static void Number(this CodedOutputStream stream, int field, long number)
    {
        stream.WriteTag(field, WireFormat.WireType.Varint);
        stream.WriteInt64(number);
    }

    internal static void Real(this CodedOutputStream stream, int field, float number)
    {
        stream.WriteTag(field, WireFormat.WireType.Fixed32);
        stream.WriteFloat(number);
    }

    internal static void Bytes(this CodedOutputStream stream, int field, ByteString bytes)
    {
        stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
        stream.WriteBytes(bytes);
    }

    internal static void Message(this CodedOutputStream stream, int field, Action<CodedOutputStream> write) =>
        stream.Bytes(field, Of(write));
}
