using Google.Protobuf;

namespace EchoLstm.Tests.Onnx;

/// <summary>The nodes of an ONNX file, read by a few lines of its own.</summary>
internal static class OnnxReader
{
    private const int GraphField = 7, NodeField = 1, ConstantField = 5, OutputField = 12, NodeInput = 1, NodeOutput = 2, NameField = 3, TypeField = 4, ConstantName = 8, OutputName = 1;

    internal static IReadOnlyList<(string Name, string Type)> Nodes(string path)
    {
        var graph = Fields(File.ReadAllBytes(path)).Single(field => field.Number == GraphField).Bytes;
        return [.. Fields(graph).Where(field => field.Number == NodeField).Select(node => (Text(node.Bytes, NameField), Text(node.Bytes, TypeField)))];
    }

    /// <summary>The names of constants and of nodes' first outputs, and the names that nodes and the model's outputs use.</summary>
    internal static (IReadOnlyList<string> Values, IReadOnlyList<string> Used) Values(string path)
    {
        var graph = Fields(Fields(File.ReadAllBytes(path)).Single(field => field.Number == GraphField).Bytes).ToLookup(field => field.Number, field => field.Bytes);
        var made = graph[ConstantField].Select(constant => Text(constant, ConstantName)).Concat(graph[NodeField].SelectMany(node => Texts(node, NodeOutput).Where(name => !name.Contains(':'))));
        return ([.. made], [.. graph[NodeField].SelectMany(node => Texts(node, NodeInput)), .. graph[OutputField].Select(output => Text(output, OutputName)), .. Unread(graph[NodeField])]);
    }

    // A recurrent node's sequence, a sorting one's values: one that has several outputs need not have each of them read.
    private static IEnumerable<string> Unread(IEnumerable<byte[]> nodes) =>
        nodes.Select(node => Texts(node, NodeOutput).ToList()).Where(outputs => outputs.Count > 1).Select(outputs => outputs[0]);

    private static IEnumerable<string> Texts(byte[] message, int number) =>
        Fields(message).Where(field => field.Number == number).Select(field => ByteString.CopyFrom(field.Bytes).ToStringUtf8());

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
