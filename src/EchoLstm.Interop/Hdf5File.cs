using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Interop;

/// <summary>
/// An HDF5 file as Keras and PureHDF write it: headers of either kind, groups with symbol tables or links as messages, arrays in one
/// piece; and arrays in chunks, as h5py writes them compressed. All else is refused by name. Nothing is read that was not asked for,
/// nothing outside the file, and no size is believed that is larger than the file.
/// </summary>
internal sealed class Hdf5File : IDisposable
{
    private const ulong Undefined = ulong.MaxValue;

    // Deeper than any tree of a file that fits on a disk.
    private const int DeepestTree = 16;
    private const int MostMessages = 200_000;

    private readonly Hdf5Bytes _bytes;
    private readonly Dictionary<ulong, Dictionary<ushort, (ulong Address, long Length)>> _heaps = [];

    private readonly Dictionary<ulong, Hdf5Group> _groups = [];

    private Hdf5File(Hdf5Bytes bytes) => _bytes = bytes;

    internal Hdf5Group Root { get; private set; } = null!;

    internal string Path => _bytes.File;

    internal long Length => _bytes.Length;

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0d, 0x0a, 0x1a, 0x0a];

    public void Dispose() => _bytes.Dispose();

    /// <summary>Opens a file; the stream is closed with it.</summary>
    /// <exception cref="InvalidDataException">It is no HDF5 file, or damaged.</exception>
    /// <exception cref="NotSupportedException">It has what is not read.</exception>
    internal static Hdf5File Open(Stream stream, string file)
    {
        var opened = new Hdf5File(new Hdf5Bytes(stream, file));
        try
        {
            opened.Root = opened.GroupAt(opened.RootAddress(), "/");
            _ = opened.Root.Links;
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    internal InvalidDataException Damaged(string what) => _bytes.Damaged(what);

    internal NotSupportedException Unread(string what) => _bytes.Unread(what);

    private ulong RootAddress()
    {
        const string What = "the superblock";
        var cursor = new Hdf5Cursor(_bytes.Piece(0, Math.Min(Length, 104), What), _bytes, What);
        if (Length < 8 || !cursor.Take(8).SequenceEqual(Signature))
        {
            throw new InvalidDataException($"{Path} is no HDF5 file: it does not begin with HDF5's signature.");
        }
        var version = cursor.U8();
        if (version > 3)
        {
            throw Unread(string.Create(CultureInfo.InvariantCulture, $"it has an HDF5 superblock of version {version}"));
        }
        var isOld = version < 2;
        _ = cursor.Take(isOld ? 4 : 0);
        var (offsets, lengths) = (cursor.U8(), cursor.U8());
        if (offsets != 8 || lengths != 8)
        {
            throw Unread(string.Create(
                CultureInfo.InvariantCulture, $"its addresses have {offsets} bytes and its lengths {lengths}, where HDF5 writes 8"));
        }
        _ = cursor.Take(version switch { 0 => 9, 1 => 13, _ => 1 });
        if (cursor.U64() != 0)
        {
            throw Unread("its HDF5 part does not begin at the file's first byte");
        }
        _ = cursor.U64();
        var end = cursor.U64();
        if (end > (ulong)Length)
        {
            throw Damaged(string.Create(CultureInfo.InvariantCulture, $"it says that it has {end} bytes and has {Length}"));
        }
        _ = cursor.Take(isOld ? 16 : 0);
        return cursor.U64();
    }

    /// <summary>A group, which is read once however often it is asked for.</summary>
    internal Hdf5Group GroupAt(ulong address, string path) =>
        _groups.TryGetValue(address, out var group) ? group : _groups[address] = new Hdf5Group(this, address, path);

    /// <summary>The messages of an object's header: what it is.</summary>
    internal List<Hdf5Message> Messages(ulong address, string path)
    {
        var what = $"the header of '{path}'";
        var prefix = _bytes.Piece(address, 16, what);
        if (prefix.AsSpan().StartsWith("OHDR"u8))
        {
            return NewMessages(address, what);
        }
        var cursor = new Hdf5Cursor(prefix, _bytes, what);
        if (cursor.U8() != 1)
        {
            throw Damaged($"{what} has no known version");
        }
        _ = cursor.U8();
        var count = cursor.U16();
        _ = cursor.U32();
        var messages = new List<Hdf5Message>();
        var blocks = new Queue<(ulong Address, long Length)>([(address + 16, cursor.U32())]);
        while (blocks.TryDequeue(out var block))
        {
            var bytes = _bytes.Piece(block.Address, block.Length, what);
            var part = new Hdf5Cursor(bytes, _bytes, what);
            while (part.Left >= 8 && messages.Count < Math.Min((int)count, MostMessages))
            {
                var (type, size, flags) = (part.U16(), part.U16(), part.U8());
                _ = part.Take(3);
                var message = new Hdf5Message(type, flags, part.Take(size).ToArray());
                messages.Add(message);
                if (type == Hdf5Message.Continuation)
                {
                    var next = new Hdf5Cursor(message.Bytes, _bytes, what);
                    blocks.Enqueue((next.U64(), checked((long)Math.Min(next.U64(), long.MaxValue))));
                }
            }
        }
        return messages.Count == count ? messages : throw Damaged($"{what} lacks some of its messages");
    }

    // A header of HDF5's newer kind: its blocks end in a checksum, and some messages are numbered.
    private List<Hdf5Message> NewMessages(ulong address, string what)
    {
        const int Signature = 4, Checksum = 4;
        var cursor = new Hdf5Cursor(_bytes.Piece(address, Math.Min(34, Length - (long)address), what), _bytes, what);
        _ = cursor.Take(Signature);
        if (cursor.U8() != 2)
        {
            throw Damaged($"{what} has no known version");
        }
        var flags = cursor.U8();
        _ = cursor.Take(((flags & 32) != 0 ? 16 : 0) + ((flags & 16) != 0 ? 4 : 0));
        var size = cursor.Number(1 << (flags & 3));
        var messages = new List<Hdf5Message>();
        var blocks = new Queue<(ulong Address, ulong Length, bool IsFirst)>([(address + (ulong)cursor.Place, size, true)]);
        while (blocks.TryDequeue(out var block))
        {
            var part = new Hdf5Cursor(_bytes.Piece(block.Address, (long)Math.Min(block.Length, long.MaxValue), what), _bytes, what);
            if (!block.IsFirst)
            {
                part.Expect("OCHK"u8);
            }
            var (end, head) = (block.IsFirst ? 0 : Checksum, (flags & 4) != 0 ? 6 : 4);
            while (part.Left >= end + head && messages.Count < MostMessages)
            {
                var (type, length, kind) = (part.U8(), part.U16(), part.U8());
                _ = part.Take(head - 4);
                var message = new Hdf5Message(type, kind, part.Take(length).ToArray());
                messages.Add(message);
                if (type == Hdf5Message.Continuation)
                {
                    var next = new Hdf5Cursor(message.Bytes, _bytes, what);
                    blocks.Enqueue((next.U64(), next.U64(), false));
                }
            }
        }
        return messages;
    }

    /// <summary>The names in a group and the addresses of what they name.</summary>
    internal Dictionary<string, ulong> Links(List<Hdf5Message> messages, string path)
    {
        var links = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            var cursor = new Hdf5Cursor(message.Bytes, _bytes, $"the group '{path}'");
            switch (message.Type)
            {
                case Hdf5Message.SymbolTable:
                    ReadSymbols(links, cursor.U64(), cursor.U64(), path);
                    break;
                case Hdf5Message.Link:
                    ReadLink(links, cursor, path);
                    break;
                case Hdf5Message.LinkInfo:
                    _ = cursor.U8();
                    _ = cursor.Take((cursor.U8() & 1) != 0 ? 8 : 0);
                    if (cursor.U64() != Undefined)
                    {
                        throw Unread($"the group '{path}' keeps its links in a heap (h5py's track_order)");
                    }
                    break;
            }
        }
        return links;
    }

    private void ReadSymbols(Dictionary<string, ulong> links, ulong tree, ulong heap, string path)
    {
        var what = $"the group '{path}'";
        var header = new Hdf5Cursor(_bytes.Piece(heap, 32, what), _bytes, what);
        header.Expect("HEAP"u8);
        _ = header.U32();
        var size = header.U64();
        _ = header.U64();
        var names = _bytes.Piece(header.U64(), (long)Math.Min(size, long.MaxValue), what);
        ReadTree(links, names, tree, -1, path);
    }

    private void ReadTree(Dictionary<string, ulong> links, byte[] names, ulong address, int expectedLevel, string path)
    {
        var what = $"the group '{path}'";
        var node = new Hdf5Cursor(_bytes.Piece(address, 24, what), _bytes, what);
        node.Expect("TREE"u8);
        var (type, level, count) = (node.U8(), node.U8(), node.U16());
        if (type != 0 || level > DeepestTree || (expectedLevel >= 0 && level != expectedLevel))
        {
            throw Damaged($"{what} has a tree that is none");
        }
        var entries = new Hdf5Cursor(_bytes.Piece(address + 24, (16L * count) + 8, what), _bytes, what);
        for (var i = 0; i < count; i++)
        {
            _ = entries.U64();
            var child = entries.U64();
            if (level > 0)
            {
                ReadTree(links, names, child, level - 1, path);
            }
            else
            {
                ReadNode(links, names, child, path);
            }
        }
    }

    private void ReadNode(Dictionary<string, ulong> links, byte[] names, ulong address, string path)
    {
        var what = $"the group '{path}'";
        var head = new Hdf5Cursor(_bytes.Piece(address, 8, what), _bytes, what);
        head.Expect("SNOD"u8);
        _ = head.U16();
        var count = head.U16();
        var entries = new Hdf5Cursor(_bytes.Piece(address + 8, 40L * count, what), _bytes, what);
        for (var i = 0; i < count; i++)
        {
            var (place, header, kind) = (entries.U64(), entries.U64(), entries.U32());
            _ = entries.Take(20);
            if (place >= (ulong)names.Length)
            {
                throw Damaged($"{what} has a name outside its names");
            }
            var rest = names.AsSpan((int)place);
            var name = Text(rest[..(rest.IndexOf((byte)0) is >= 0 and var end ? end : rest.Length)], what);
            Add(links, name, header, path);
            if (kind == 2 || header == Undefined)
            {
                throw SoftLink(name, path);
            }
        }
    }

    private void ReadLink(Dictionary<string, ulong> links, Hdf5Cursor cursor, string path)
    {
        if (cursor.U8() != 1)
        {
            throw Damaged($"the group '{path}' has a link of no known version");
        }
        var flags = cursor.U8();
        var kind = (flags & 8) != 0 ? cursor.U8() : 0;
        _ = cursor.Take((flags & 4) != 0 ? 8 : 0);
        _ = cursor.Take((flags & 16) != 0 ? 1 : 0);
        var length = cursor.Number(1 << (flags & 3));
        var name = Text(cursor.Take((long)Math.Min(length, long.MaxValue)), $"the group '{path}'");
        switch (kind)
        {
            case 0:
                Add(links, name, cursor.U64(), path);
                break;
            case 1:
                throw SoftLink(name, path);
            case 64:
                throw Unread($"'{name}' in the group '{path}' is an external link, to another file");
            default:
                throw Unread($"'{name}' in the group '{path}' is a link of a user-defined kind");
        }
    }

    private NotSupportedException SoftLink(string name, string path) =>
        Unread($"'{name}' in the group '{path}' is a soft link, to a place that need not be there");

    private void Add(Dictionary<string, ulong> links, string name, ulong header, string path)
    {
        if (name.Length == 0 || !links.TryAdd(name, header))
        {
            throw Damaged($"the group '{path}' has the name '{name}' twice, or none");
        }
    }

    /// <summary>A text's bytes as UTF-8, which ASCII is too.</summary>
    internal string Text(ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (ArgumentException)
        {
            throw Damaged($"{what} has a text that is no UTF-8");
        }
    }

    private static UTF8Encoding StrictUtf8 { get; } = new(false, throwOnInvalidBytes: true);

    /// <summary>An object's attributes, unread.</summary>
    internal Dictionary<string, Hdf5Array> Attributes(List<Hdf5Message> messages, string path)
    {
        var attributes = new Dictionary<string, Hdf5Array>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            var what = $"an attribute of '{path}'";
            var cursor = new Hdf5Cursor(message.Bytes, _bytes, what);
            if (message.Type == Hdf5Message.AttributeInfo)
            {
                _ = cursor.U8();
                _ = cursor.Take((cursor.U8() & 1) != 0 ? 2 : 0);
                if (cursor.U64() != Undefined)
                {
                    throw Unread($"'{path}' keeps its attributes in a heap (h5py's libver='latest')");
                }
            }
            if (message.Type != Hdf5Message.Attribute)
            {
                continue;
            }
            var version = cursor.U8();
            var flags = cursor.U8();
            if (version is < 1 or > 3)
            {
                throw Damaged($"{what} has no known version");
            }
            if (message.IsShared || (version > 1 && (flags & 3) != 0))
            {
                throw Unread($"{what} shares its type with others");
            }
            var (name, type, space) = (cursor.U16(), cursor.U16(), cursor.U16());
            _ = cursor.Take(version == 3 ? 1 : 0);
            var text = Text(Padded(ref cursor, name, version).TrimEnd((byte)0), what);
            var array = new Hdf5Array(this, $"{path}@{text}")
            {
                Type = Padded(ref cursor, type, version).ToArray(),
                Space = Padded(ref cursor, space, version).ToArray(),
            };
            array.Inline = cursor.Take(cursor.Left).ToArray();
            if (!attributes.TryAdd(text, array))
            {
                throw Damaged($"'{path}' has the attribute '{text}' twice");
            }
        }
        return attributes;
    }

    // In the first version each part is padded to 8 bytes.
    private static ReadOnlySpan<byte> Padded(ref Hdf5Cursor cursor, int length, int version)
    {
        var part = cursor.Take(length);
        var padding = version == 1 ? (8 - (length % 8)) % 8 : 0;
        _ = cursor.Take(Math.Min(padding, cursor.Left));
        return part;
    }

    /// <summary>An array, unread.</summary>
    internal Hdf5Array Dataset(ulong address, string path)
    {
        var messages = Messages(address, path);
        var array = new Hdf5Array(this, path);
        var filters = messages.Find(message => message.Type == Hdf5Message.Filters);
        foreach (var message in messages)
        {
            if (message.IsShared && message.Type is Hdf5Message.DataType or Hdf5Message.DataSpace)
            {
                throw Unread($"'{path}' has a type or shape that other arrays share");
            }
            switch (message.Type)
            {
                case Hdf5Message.DataSpace:
                    array.Space = message.Bytes;
                    break;
                case Hdf5Message.DataType:
                    array.Type = message.Bytes;
                    break;
                case Hdf5Message.ExternalFiles:
                    throw Unread($"the array '{path}' lies in other files");
                case Hdf5Message.Layout:
                    ReadLayout(array, message.Bytes);
                    break;
                case Hdf5Message.SymbolTable or Hdf5Message.LinkInfo:
                    throw Damaged($"'{path}' is a group where an array was promised");
            }
        }
        if (filters is not null)
        {
            (array.Chunks ?? throw Damaged($"the array '{path}' has filters and is in one piece")).Filters =
                Hdf5Chunks.FiltersOf(this, filters.Bytes, path);
        }
        return array;
    }

    private void ReadLayout(Hdf5Array array, byte[] bytes)
    {
        var cursor = new Hdf5Cursor(bytes, _bytes, $"the layout of '{array.Path}'");
        var version = cursor.U8();
        if (version is 1 or 2)
        {
            var rank = cursor.U8();
            var old = cursor.U8();
            _ = cursor.Take(5);
            if (old == 1)
            {
                array.Address = cursor.U64();
                return;
            }
            _ = rank;
            throw Unread($"the array '{array.Path}' is not in one piece");
        }
        if (version is not (3 or 4))
        {
            throw Damaged($"the layout of '{array.Path}' has no known version");
        }
        switch (cursor.U8())
        {
            case 0:
                array.Inline = cursor.Take(cursor.U16()).ToArray();
                break;
            case 1:
                array.Address = cursor.U64();
                array.Stored = cursor.U64();
                break;
            case 2 when version == 3:
                var axes = cursor.U8();
                var tree = cursor.U64();
                var lengths = new long[axes];
                for (var i = 0; i < axes; i++)
                {
                    lengths[i] = cursor.U32();
                }
                array.Chunks = new Hdf5Chunks(this, array.Path, tree, lengths);
                break;
            case 2:
                throw Unread($"the array '{array.Path}' is in chunks of HDF5's newer kind (h5py's libver='latest')");
            case 3:
                throw Unread($"the array '{array.Path}' is a virtual one, made of others, perhaps in other files");
            default:
                throw Damaged($"the layout of '{array.Path}' is of no known kind");
        }
    }

    internal void Check(ulong address, long length, string what) => _bytes.Check(address, length, what);

    /// <summary>A piece of what leads to the arrays.</summary>
    internal byte[] Piece(ulong address, long length, string what) => _bytes.Piece(address, length, what);

    internal void Read(ulong address, Span<byte> bytes) => _bytes.Read(address, bytes);

    internal Hdf5Cursor Cursor(ReadOnlySpan<byte> bytes, string what) => new(bytes, _bytes, what);

    /// <summary>A text of any length, which lies in a heap that all objects share.</summary>
    internal string HeapText(ulong collection, uint index, uint length, string what)
    {
        if (length == 0)
        {
            return "";
        }
        if (!_heaps.TryGetValue(collection, out var objects))
        {
            objects = _heaps[collection] = ReadHeap(collection, what);
        }
        if (index > ushort.MaxValue || !objects.TryGetValue((ushort)index, out var place) || length > place.Length)
        {
            throw Damaged($"{what} points to a text that is not there");
        }
        return Text(_bytes.Piece(place.Address, length, what).AsSpan().TrimEnd((byte)0), what);
    }

    private Dictionary<ushort, (ulong Address, long Length)> ReadHeap(ulong address, string what)
    {
        var head = new Hdf5Cursor(_bytes.Piece(address, 16, what), _bytes, what);
        head.Expect("GCOL"u8);
        _ = head.U32();
        var size = head.U64();
        _bytes.Check(address, (long)Math.Min(size, long.MaxValue), what);
        var objects = new Dictionary<ushort, (ulong Address, long Length)>();
        for (var place = address + 16; place + 16 <= address + size;)
        {
            var entry = new Hdf5Cursor(_bytes.Piece(place, 16, what), _bytes, what);
            var index = entry.U16();
            _ = entry.Take(6);
            var length = entry.U64();
            // Index 0 is the room that is left.
            if (index == 0)
            {
                break;
            }
            if (length > size)
            {
                throw Damaged($"{what} is in a heap with an object that is larger than it");
            }
            objects[index] = (place + 16, (long)length);
            place += 16 + ((length + 7) / 8 * 8);
        }
        return objects;
    }
}

/// <summary>One of the statements in an object's header.</summary>
internal sealed record Hdf5Message(ushort Type, byte Flags, byte[] Bytes)
{
    internal const ushort DataSpace = 1;
    internal const ushort LinkInfo = 2;
    internal const ushort DataType = 3;
    internal const ushort Link = 6;
    internal const ushort ExternalFiles = 7;
    internal const ushort Layout = 8;
    internal const ushort Filters = 11;
    internal const ushort Attribute = 12;
    internal const ushort Continuation = 16;
    internal const ushort SymbolTable = 17;
    internal const ushort AttributeInfo = 21;

    internal bool IsShared => (Flags & 2) != 0;
}

/// <summary>A group: names, and attributes.</summary>
internal sealed class Hdf5Group(Hdf5File file, ulong address, string path)
{
    private List<Hdf5Message>? _messages;
    private Dictionary<string, ulong>? _links;
    private Dictionary<string, Hdf5Array>? _attributes;

    internal string Path => path;

    internal Hdf5File File => file;

    private List<Hdf5Message> Messages => _messages ??= file.Messages(address, path);

    internal IReadOnlyDictionary<string, ulong> Links => _links ??= file.Links(Messages, path);

    internal IReadOnlyDictionary<string, Hdf5Array> Attributes => _attributes ??= file.Attributes(Messages, path);

    /// <summary>A group below this one, by a path; null where there is none.</summary>
    internal Hdf5Group? Group(string below)
    {
        var group = this;
        foreach (var name in Steps(below))
        {
            if (!group.Links.TryGetValue(name, out var next))
            {
                return null;
            }
            group = file.GroupAt(next, Below(group.Path, name));
        }
        return group;
    }

    /// <summary>An array below this one, by a path; null where there is none.</summary>
    internal Hdf5Array? Dataset(string below)
    {
        var steps = Steps(below);
        if (steps.Length == 0)
        {
            return null;
        }
        var group = Group(string.Join('/', steps[..^1]));
        return group is not null && group.Links.TryGetValue(steps[^1], out var found)
            ? file.Dataset(found, Below(group.Path, steps[^1]))
            : null;
    }

    /// <summary>A text that the group has as an attribute; null where there is none.</summary>
    internal string? Text(string attribute) =>
        !Attributes.TryGetValue(attribute, out var array) ? null
        : array.Texts() is [var text] ? text
        : throw file.Damaged($"the attribute '{attribute}' of '{path}' is no text");

    /// <summary>Texts that the group has as an attribute, which Keras splits where they are long; null where there are none.</summary>
    internal IReadOnlyList<string>? Texts(string attribute)
    {
        if (Attributes.TryGetValue(attribute, out var whole))
        {
            return whole.Texts();
        }
        List<string>? texts = null;
        for (var i = 0; Attributes.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{attribute}{i}"), out var part); i++)
        {
            (texts ??= []).AddRange(part.Texts());
        }
        return texts;
    }

    private static string[] Steps(string below) => below.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Below(string path, string name) => path == "/" ? $"/{name}" : $"{path}/{name}";
}

/// <summary>An array or an attribute: what it is, and where its bytes lie.</summary>
internal sealed class Hdf5Array(Hdf5File file, string path)
{
    private const ulong Undefined = ulong.MaxValue;
    private const int HighestRank = 32;

    internal string Path => path;

    internal byte[] Type { get; set; } = [];

    internal byte[] Space { get; set; } = [];

    /// <summary>The bytes of a small one.</summary>
    internal byte[]? Inline { get; set; }

    internal ulong Address { get; set; } = Undefined;

    internal ulong? Stored { get; set; }

    /// <summary>The pieces of one that is not whole.</summary>
    internal Hdf5Chunks? Chunks { get; set; }

    /// <summary>The lengths of the axes; none for a single value.</summary>
    internal long[] Shape
    {
        get
        {
            var cursor = file.Cursor(Space, $"the shape of '{path}'");
            var (version, rank, flags) = (cursor.U8(), cursor.U8(), cursor.U8());
            if (version is not (1 or 2) || rank > HighestRank || (flags & ~3) != 0)
            {
                throw file.Damaged($"the shape of '{path}' is of no known kind");
            }
            if (version == 1)
            {
                _ = cursor.Take(5);
            }
            else if (cursor.U8() == 2)
            {
                return [0];
            }
            var shape = new long[rank];
            var values = 1L;
            for (var i = 0; i < rank; i++)
            {
                var length = cursor.U64();
                // No file is so long, and products stay within 64 bits.
                if (length > (ulong)file.Length || (values = Math.Max(1, values) * Math.Max(1, (long)length)) > file.Length * 8)
                {
                    throw file.Damaged(string.Create(
                        CultureInfo.InvariantCulture, $"the array '{path}' would have an axis of {length}, more than the file holds"));
                }
                shape[i] = (long)length;
            }
            return shape;
        }
    }

    private long Count => Shape.Aggregate(1L, (product, length) => product * length);

    private int Class => (Type.Length == 0 ? throw file.Damaged($"'{path}' has no type") : Type[0]) & 15;

    private long ElementSize
    {
        get
        {
            var cursor = file.Cursor(Type, $"the type of '{path}'");
            _ = cursor.U32();
            return cursor.U32();
        }
    }

    /// <summary>The texts of an attribute, of either of the kinds that h5py writes; none where it is an empty list of numbers, as Keras has
    /// for a layer without weights.</summary>
    internal IReadOnlyList<string> Texts()
    {
        var count = Count;
        if (count == 0)
        {
            return [];
        }
        var what = $"the attribute '{path}'";
        var size = ElementSize;
        var isOfAnyLength = Class == 9 && Type.Length > 1 && (Type[1] & 15) == 1;
        if (!isOfAnyLength && Class != 3)
        {
            throw file.Damaged($"{what} is no text");
        }
        if (size == 0 || (isOfAnyLength && size != 16))
        {
            throw file.Damaged($"{what} has texts of a length that can't be");
        }
        var bytes = Inline ?? throw file.Damaged($"{what} has no value");
        var cursor = file.Cursor(bytes, what);
        var texts = new List<string>();
        for (var i = 0L; i < count; i++)
        {
            var one = cursor.Take(size);
            if (isOfAnyLength)
            {
                texts.Add(file.HeapText(
                    BinaryPrimitives.ReadUInt64LittleEndian(one[4..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(one[12..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(one),
                    what));
            }
            else
            {
                texts.Add(file.Text(one.IndexOf((byte)0) is >= 0 and var end ? one[..end] : one, what));
            }
        }
        return texts;
    }

    /// <summary>The array as what a layer may take, checked against the file's length but not read.</summary>
    internal StoredArray Numbers()
    {
        var shape = Shape;
        var count = Count;
        var (kind, size) = (Class, ElementSize);
        var isBigEndian = Type.Length > 1 && (Type[1] & 1) != 0;
        if (isBigEndian || !((kind == 1 && size is 2 or 4 or 8) || (kind == 0 && size is 1 or 2 or 4 or 8)))
        {
            throw file.Unread(string.Create(
                CultureInfo.InvariantCulture,
                $"the array '{path}' has elements of {(isBigEndian ? "reversed bytes" : $"HDF5's class {kind} and {size} bytes")}"));
        }
        if (kind == 1)
        {
            CheckFloat(size);
        }
        var isSigned = kind == 1 || (Type.Length > 1 && (Type[1] & 8) != 0);
        var length = checked(count * size);
        if (Chunks is { } chunks && length > 0)
        {
            return new StoredArray(
                path, shape, chunks.Find(shape, size), () => NumberBytes.ToFloats(chunks.Read(shape), kind == 1, (int)size, isSigned));
        }
        if (Inline is { } inline)
        {
            if (inline.Length != length)
            {
                throw file.Damaged($"the array '{path}' has other bytes than its shape says");
            }
        }
        else if (length > 0)
        {
            if (Address == Undefined)
            {
                throw file.Damaged($"the array '{path}' was never written");
            }
            if (Stored is { } stored && stored != (ulong)length)
            {
                throw file.Damaged(string.Create(
                    CultureInfo.InvariantCulture, $"the array '{path}' has {stored} bytes, and its shape says {length}"));
            }
            file.Check(Address, length, $"the array '{path}'");
        }
        return new StoredArray(path, shape, length, () =>
        {
            var bytes = new byte[length];
            if (Inline is not null)
            {
                Inline.CopyTo(bytes, 0);
            }
            else if (length > 0)
            {
                file.Read(Address, bytes);
            }
            return NumberBytes.ToFloats(bytes, kind == 1, (int)size, isSigned);
        });
    }

    // IEEE's numbers alone: other layouts of as many bytes have other values.
    private void CheckFloat(long size)
    {
        var cursor = file.Cursor(Type, $"the type of '{path}'");
        _ = cursor.Take(8);
        _ = cursor.U32();
        var (place, exponent, zero, mantissa) = (cursor.U8(), cursor.U8(), cursor.U8(), cursor.U8());
        if ((size, place, exponent, zero, mantissa) is not ((2, 10, 5, 0, 10) or (4, 23, 8, 0, 23) or (8, 52, 11, 0, 52)))
        {
            throw file.Unread($"the array '{path}' has floating-point numbers that are not IEEE's (bfloat16, say)");
        }
    }
}
