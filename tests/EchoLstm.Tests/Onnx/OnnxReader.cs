using Google.Protobuf;

namespace EchoLstm.Tests.Onnx;

/// <summary>The nodes of an ONNX file, read by a few lines of its own.</summary>
internal static class OnnxReader
{
    private const int GraphField = 7, NodeField = 1, NameField = 3, TypeField = 4;

    internal static IReadOnlyList<(string Name, string Type)> Nodes(string path)
    {
        var graph = Fields(File.ReadAllBytes(path)).Single(field => field.Number == GraphField).Bytes;
        return [.. Fields(graph).Where(field => field.Number == NodeField).Select(node => (Text(node.Bytes, NameField), Text(node.Bytes, TypeField)))];
    }

    private static string Text(byte[] message, int number) =>
        ByteString.CopyFrom(Fields(message).Single(field => field.Number == number).Bytes).ToStringUtf8();

    private static IEnumerable<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        using var stream = new CodedInputStream(message);
        while (stream.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                yield return (WireFormat.GetTagFieldNumber(tag), stream.ReadBytes().ToByteArray());
            }
            else
            {
                stream.SkipLastField();
            }
        }
    }
}
