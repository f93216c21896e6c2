using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Tests.Interop;

/// <summary>A group or an array of a file to be written, with attributes.</summary>
internal sealed class Hdf5Node
{
    internal Dictionary<string, Hdf5Node> Children { get; } = [];

    internal List<(string Name, byte[] Type, long[] Shape, object Value)> Attributes { get; } = [];

    /// <summary>An array's numbers as bytes; null for a group.</summary>
    internal byte[]? Bytes { get; set; }

    internal long[] Shape { get; set; } = [];

    internal byte[] Type { get; set; } = Hdf5Writer.Float32;

    /// <summary>Statements in the header beside those that are needed.</summary>
    internal List<(ushort Type, byte[] Bytes)> Messages { get; } = [];

    /// <summary>Another layout than one piece; null: none.</summary>
    internal byte[]? Layout { get; set; }

    /// <summary>Where it is a soft link.</summary>
    internal bool IsSoftLink { get; set; }

    /// <summary>A group below, made where it is not.</summary>
    internal Hdf5Node Group(string path)
    {
        var node = this;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!node.Children.TryGetValue(name, out var next))
            {
                next = node.Children[name] = new Hdf5Node();
            }
            node = next;
        }
        return node;
    }

    internal Hdf5Node Array(string path, float[] values, params long[] shape)
    {
        var node = Group(path);
        (node.Shape, node.Bytes) = (shape, new byte[4 * values.Length]);
        Buffer.BlockCopy(values, 0, node.Bytes, 0, node.Bytes.Length);
        return node;
    }

    /// <summary>A text of any length, as h5py writes a str.</summary>
    internal void Text(string name, string value) => Attributes.Add((name, Hdf5Writer.AnyText, [], new[] { value }));

    /// <summary>Texts, of one length as h5py 2 has them from Keras, or of any as h5py 3; an empty list is one of float64.</summary>
    internal void Texts(string name, IReadOnlyList<string> values, bool areOfOneLength)
    {
        if (values.Count == 0)
        {
            Attributes.Add((name, Hdf5Writer.Float64, [0], System.Array.Empty<byte>()));
            return;
        }
        if (!areOfOneLength)
        {
            Attributes.Add((name, Hdf5Writer.AnyText, [values.Count], values.ToArray()));
            return;
        }
        var longest = values.Max(value => Encoding.UTF8.GetByteCount(value));
        var bytes = new byte[values.Count * longest];
        for (var i = 0; i < values.Count; i++)
        {
            Encoding.UTF8.GetBytes(values[i]).CopyTo(bytes, i * longest);
        }
        Attributes.Add((name, [0x13, 0x01, 0, 0, .. BitConverter.GetBytes(longest)], [values.Count], bytes));
    }
}

/// <summary>
/// Writes HDF5 as h5py does for Keras: superblock 0, symbol tables, arrays in one piece, texts of any length in the global heap.
/// </summary>
internal sealed class Hdf5Writer
{
    private const ulong Undefined = ulong.MaxValue;
    private const int EntriesANode = 8;
    private const int NodesATree = 32;

    private readonly List<byte> _file = [];
    private readonly List<string> _texts = [];
    private readonly Dictionary<Hdf5Node, ulong> _written = new(ReferenceEqualityComparer.Instance);
    private ulong _heap;
    private int _nextText;

    internal static byte[] Float32 { get; } = [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];

    internal static byte[] Float64 { get; } = [0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0];

    internal static byte[] Float16 { get; } = [0x11, 0x20, 0x0f, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];

    internal static byte[] AnyText { get; } = [0x19, 0x01, 0x01, 0, 16, 0, 0, 0, 0x13, 0x10, 0, 0, 1, 0, 0, 0];

    internal static byte[] Write(Hdf5Node root) => new Hdf5Writer().All(root);

    private byte[] All(Hdf5Node root)
    {
        _file.AddRange(new byte[96]);
        Collect(root);
        WriteHeap();
        var (header, tree, names) = WriteGroup(root);
        byte[] start =
        [
            0x89, .. "HDF\r\n"u8, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0,
            .. U64(0), .. U64(Undefined), .. U64((ulong)_file.Count), .. U64(Undefined),
            .. U64(0), .. U64(header), 1, 0, 0, 0, 0, 0, 0, 0, .. U64(tree), .. U64(names),
        ];
        var bytes = _file.ToArray();
        start.CopyTo(bytes, 0);
        return bytes;
    }

    private void Collect(Hdf5Node node)
    {
        foreach (var (_, _, _, value) in node.Attributes)
        {
            _texts.AddRange(value as string[] ?? []);
        }
        foreach (var (_, child) in Sorted(node))
        {
            Collect(child);
        }
    }

    private void WriteHeap()
    {
        if (_texts.Count == 0)
        {
            return;
        }
        var objects = new List<byte>();
        for (var i = 0; i < _texts.Count; i++)
        {
            var text = Encoding.UTF8.GetBytes(_texts[i]);
            objects.AddRange([.. U16(i + 1), .. U16(1), 0, 0, 0, 0, .. U64((ulong)text.Length), .. text, .. new byte[Padding(text.Length)]]);
        }
        var size = Math.Max(4096, 16 + objects.Count + 16);
        _heap = Address;
        _file.AddRange([.. "GCOL"u8, 1, 0, 0, 0, .. U64((ulong)size), .. objects]);
        var left = size - 16 - objects.Count;
        _file.AddRange([0, 0, 0, 0, 0, 0, 0, 0, .. U64((ulong)left), .. new byte[left - 16]]);
    }

    private ulong Address => (ulong)_file.Count;

    private static List<KeyValuePair<string, Hdf5Node>> Sorted(Hdf5Node node) =>
        [.. node.Children.OrderBy(child => child.Key, StringComparer.Ordinal)];

    // What has several names is written once.
    private ulong WriteNode(Hdf5Node node) => _written.TryGetValue(node, out var address) ? address
        : _written[node] = node.Bytes is null && node.Layout is null ? WriteGroup(node).Header : WriteArray(node);

    private ulong WriteArray(Hdf5Node node)
    {
        var address = Address;
        _file.AddRange(node.Bytes ?? []);
        Pad();
        return WriteHeader(
        [
            (1, Space(node.Shape)),
            (3, node.Type),
            (5, [2, 2, 2, 1, 0, 0, 0, 0]),
            (8, node.Layout ?? [3, 1, .. U64(address), .. U64((ulong)node.Bytes!.Length)]),
            .. node.Messages,
            .. node.Attributes.Select(Attribute),
        ]);
    }

    private (ulong Header, ulong Tree, ulong Names) WriteGroup(Hdf5Node node)
    {
        // In the order in which the texts were collected: attributes first.
        var attributes = node.Attributes.Select(Attribute).ToList();
        var children = Sorted(node).Select(child => (Name: child.Key, child.Value.IsSoftLink, Header: child.Value.IsSoftLink ? Undefined : WriteNode(child.Value))).ToList();
        var names = new List<byte>(new byte[8]);
        var places = new List<ulong>();
        foreach (var (name, _, _) in children)
        {
            places.Add((ulong)names.Count);
            var bytes = Encoding.UTF8.GetBytes(name);
            names.AddRange([.. bytes, .. new byte[8 - (bytes.Length % 8)]]);
        }
        var data = Address;
        _file.AddRange(names);
        var heap = Address;
        _file.AddRange([.. "HEAP"u8, 0, 0, 0, 0, .. U64((ulong)names.Count), .. U64(1), .. U64(data)]);

        var nodes = new List<(ulong Address, ulong LastName)>();
        for (var first = 0; first < children.Count; first += EntriesANode)
        {
            var count = Math.Min(EntriesANode, children.Count - first);
            nodes.Add((Address, places[first + count - 1]));
            _file.AddRange([.. "SNOD"u8, 1, 0, .. U16(count)]);
            for (var i = first; i < first + EntriesANode; i++)
            {
                byte[] entry = i >= children.Count ? new byte[40]
                    : [.. U64(places[i]), .. U64(children[i].Header), .. BitConverter.GetBytes(children[i].IsSoftLink ? 2 : 0), .. new byte[20]];
                _file.AddRange(entry);
            }
        }
        if (nodes.Count > NodesATree)
        {
            throw new InvalidOperationException("More names than one tree node takes.");
        }
        var tree = Address;
        _file.AddRange([.. "TREE"u8, 0, 0, .. U16(nodes.Count), .. U64(Undefined), .. U64(Undefined), .. U64(0)]);
        for (var i = 0; i < NodesATree; i++)
        {
            _file.AddRange(i < nodes.Count ? [.. U64(nodes[i].Address), .. U64(nodes[i].LastName)] : new byte[16]);
        }
        return (WriteHeader([(17, [.. U64(tree), .. U64(heap)]), .. node.Messages, .. attributes]), tree, heap);
    }

    private (ushort, byte[]) Attribute((string Name, byte[] Type, long[] Shape, object Value) attribute)
    {
        var name = Encoding.UTF8.GetBytes(attribute.Name + "\0");
        var space = Space(attribute.Shape);
        var value = new List<byte>();
        if (attribute.Value is string[] texts)
        {
            foreach (var text in texts)
            {
                value.AddRange([.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. U64(_heap), .. BitConverter.GetBytes(++_nextText)]);
            }
        }
        else
        {
            value.AddRange((byte[])attribute.Value);
        }
        return (12,
        [
            1, 0, .. U16(name.Length), .. U16(attribute.Type.Length), .. U16(space.Length),
            .. name, .. new byte[Padding(name.Length)], .. attribute.Type, .. new byte[Padding(attribute.Type.Length)], .. space, .. value,
        ]);
    }

    private ulong WriteHeader(IReadOnlyList<(ushort Type, byte[] Bytes)> messages)
    {
        Pad();
        var address = Address;
        var body = new List<byte>();
        foreach (var (type, bytes) in messages)
        {
            var size = bytes.Length + Padding(bytes.Length);
            body.AddRange([.. U16(type), .. U16(size), 0, 0, 0, 0, .. bytes, .. new byte[size - bytes.Length]]);
        }
        _file.AddRange([1, 0, .. U16(messages.Count), 1, 0, 0, 0, .. BitConverter.GetBytes(body.Count), 0, 0, 0, 0, .. body]);
        return address;
    }

    private void Pad() => _file.AddRange(new byte[Padding(_file.Count)]);

    private static int Padding(int length) => (8 - (length % 8)) % 8;

    private static byte[] Space(long[] shape) => [1, (byte)shape.Length, 0, 0, 0, 0, 0, 0, .. shape.SelectMany(length => U64((ulong)length))];

    internal static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];
}
