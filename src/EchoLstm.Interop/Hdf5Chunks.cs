using System.IO.Compression;

namespace EchoLstm.Interop;

/// <summary>
/// An array in pieces of one shape, as h5py writes it where it compresses: found by a tree, each perhaps shuffled, deflated or checked. No
/// size is believed that the stored bytes could not be of weights.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="path">The array.</param>
/// <param name="tree">Where the tree is.</param>
/// <param name="lengths">The lengths of a piece's axes, the element's size last.</param>
internal sealed class Hdf5Chunks(Hdf5File file, string path, ulong tree, long[] lengths)
{
    private const int Deflate = 1, Shuffle = 2, Fletcher32 = 3;
    private const int DeepestTree = 16;

    // Weights hardly shrink; what grows more than this is made to fill memory.
    private const long MostGrowth = 20;
    private const long SmallGrowth = 65536;

    // As h5py makes them, at most.
    private const long LargestChunk = 4 << 20;

    private readonly List<(ulong Address, uint Stored, uint Skipped, long[] Place)> _chunks = [];

    /// <summary>The filters that writing applied, first to last.</summary>
    internal IReadOnlyList<(int Id, uint[] Settings)> Filters { get; set; } = [];

    private long Bytes => lengths.Aggregate(1L, (product, length) => product * length);

    /// <summary>Reads a message of filters.</summary>
    internal static List<(int Id, uint[] Settings)> FiltersOf(Hdf5File file, byte[] message, string path)
    {
        var cursor = file.Cursor(message, $"the filters of '{path}'");
        var (version, count) = (cursor.U8(), cursor.U8());
        _ = cursor.Take(version == 1 ? 6 : 0);
        var filters = new List<(int, uint[])>();
        for (var i = 0; i < count; i++)
        {
            var id = cursor.U16();
            var name = version == 1 || id >= 256 ? cursor.U16() : 0;
            _ = cursor.U16();
            var settings = new uint[cursor.U16()];
            _ = cursor.Take(version == 1 ? (name + 7) / 8 * 8 : name);
            for (var j = 0; j < settings.Length; j++)
            {
                settings[j] = cursor.U32();
            }
            _ = cursor.Take(version == 1 && settings.Length % 2 == 1 ? 4 : 0);
            if (id is not (Deflate or Shuffle or Fletcher32))
            {
                throw file.Unread(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the array '{path}' has HDF5's filter {id}, where gzip, shuffle and fletcher32 are read"));
            }
            filters.Add((id, settings));
        }
        return filters;
    }

    /// <summary>Finds the pieces, and checks that they are all there and no more than the array.</summary>
    /// <returns>How many bytes they take in the file.</returns>
    internal long Find(long[] shape, long elementSize)
    {
        if (lengths.Length != shape.Length + 1 || lengths[^1] != elementSize || lengths.Any(length => length is < 1 or > LargestChunk))
        {
            throw file.Damaged($"the array '{path}' has pieces that are none of it");
        }
        var whole = shape.Aggregate(elementSize, (product, length) => product * length);
        if (lengths.Aggregate(1m, (product, length) => product * length) > Math.Max(LargestChunk, 2 * whole))
        {
            throw file.Damaged($"the array '{path}' has pieces that are larger than it");
        }
        var expected = shape.Zip(lengths).Aggregate(1L, (product, pair) => product * ((pair.First + pair.Second - 1) / pair.Second));
        _chunks.Clear();
        ReadTree(tree, -1, shape, expected);
        var stored = _chunks.Sum(chunk => (long)chunk.Stored);
        if (_chunks.Count != expected || _chunks.Select(chunk => string.Join(',', chunk.Place)).Distinct().Count() != expected)
        {
            throw file.Damaged($"the array '{path}' lacks some of its pieces");
        }
        return whole <= (stored * MostGrowth) + SmallGrowth ? stored : throw file.Damaged(string.Create(
            CultureInfo.InvariantCulture, $"the array '{path}' would grow from {stored} bytes to {whole}, which no weights do"));
    }

    private void ReadTree(ulong address, int expectedLevel, long[] shape, long expected)
    {
        var what = $"the pieces of '{path}'";
        var node = file.Cursor(file.Piece(address, 24, what), what);
        node.Expect("TREE"u8);
        var (type, level, count) = (node.U8(), node.U8(), node.U16());
        if (type != 1 || level > DeepestTree || (expectedLevel >= 0 && level != expectedLevel))
        {
            throw file.Damaged($"{what} have a tree that is none");
        }
        var entries = file.Cursor(file.Piece(address + 24, (count * (24L + (8 * shape.Length))) + 16 + (8 * shape.Length), what), what);
        for (var i = 0; i < count; i++)
        {
            var (stored, skipped) = (entries.U32(), entries.U32());
            var place = new long[shape.Length];
            for (var axis = 0; axis < shape.Length; axis++)
            {
                place[axis] = (long)Math.Min(entries.U64(), long.MaxValue);
            }
            _ = entries.U64();
            var child = entries.U64();
            if (level > 0)
            {
                ReadTree(child, level - 1, shape, expected);
                continue;
            }
            if (_chunks.Count >= expected || place.Zip(shape, lengths).Any(one => one.First >= one.Second || one.First % one.Third != 0))
            {
                throw file.Damaged($"{what} are not where they can be");
            }
            file.Check(child, stored, what);
            _chunks.Add((child, stored, skipped, place));
        }
    }

    /// <summary>The whole array.</summary>
    internal byte[] Read(long[] shape)
    {
        var whole = new byte[shape.Aggregate(lengths[^1], (product, length) => product * length)];
        foreach (var chunk in _chunks)
        {
            var bytes = new byte[chunk.Stored];
            file.Read(chunk.Address, bytes);
            for (var i = Filters.Count - 1; i >= 0; i--)
            {
                if ((chunk.Skipped & (1u << i)) == 0)
                {
                    bytes = Undone(Filters[i].Id, Filters[i].Settings, bytes);
                }
            }
            if (bytes.Length != Bytes)
            {
                throw file.Damaged($"a piece of '{path}' has other bytes than its shape says");
            }
            Copy(bytes, chunk.Place, shape, whole, 0, 0, 0);
        }
        return whole;
    }

    // Of pieces at the ends only what is in the array.
    private void Copy(byte[] chunk, long[] place, long[] shape, byte[] whole, int axis, long from, long to)
    {
        var count = Math.Min(lengths[axis], shape[axis] - place[axis]);
        from *= lengths[axis];
        to = (to * shape[axis]) + place[axis];
        if (axis == shape.Length - 1)
        {
            Array.Copy(chunk, from * lengths[^1], whole, to * lengths[^1], count * lengths[^1]);
            return;
        }
        for (var i = 0L; i < count; i++)
        {
            Copy(chunk, place, shape, whole, axis + 1, from + i, to + i);
        }
    }

    private byte[] Undone(int filter, uint[] settings, byte[] bytes) => filter switch
    {
        Deflate => Inflated(bytes),
        Shuffle => Unshuffled(bytes, settings is [var size, ..] && size > 0 ? size : lengths[^1]),
        _ => Checked(bytes),
    };

    // What a piece has, and perhaps a checksum; never more.
    private byte[] Inflated(byte[] bytes)
    {
        var inflated = new byte[Bytes + 4];
        using var stream = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
        try
        {
            var count = stream.ReadAtLeast(inflated, inflated.Length, throwOnEndOfStream: false);
            return stream.ReadByte() < 0 ? inflated[..count] : throw file.Damaged($"a piece of '{path}' grows to more than its shape says");
        }
        // It asks for a dictionary that nobody has, say: zlib's own error, which is none of reading.
        catch (IOException)
        {
            throw file.Damaged($"a piece of '{path}' can't be unpacked");
        }
    }

    // The first bytes of all elements came first, then the second ones.
    private static byte[] Unshuffled(byte[] bytes, long size)
    {
        var (count, elements) = (bytes.Length / size, (byte[])bytes.Clone());
        for (var i = 0L; i < count; i++)
        {
            for (var j = 0L; j < size; j++)
            {
                elements[(i * size) + j] = bytes[(j * count) + i];
            }
        }
        return elements;
    }

    private byte[] Checked(byte[] bytes)
    {
        if (bytes.Length < 4)
        {
            throw file.Damaged($"a piece of '{path}' lacks its checksum");
        }
        var (first, second) = (0u, 0u);
        for (var i = 0; i < bytes.Length - 4; i += 2)
        {
            first = (first + ((uint)bytes[i] << 8) + (i + 1 < bytes.Length - 4 ? bytes[i + 1] : 0u)) % 65535;
            second = (second + first) % 65535;
        }
        var (said, sum) = (BitConverter.ToUInt32(bytes, bytes.Length - 4), (second << 16) | first);
        // 65535 and 0 are one in its arithmetic.
        return Folded(said) == Folded(sum) ? bytes[..^4] : throw file.Damaged($"a piece of '{path}' is not what its checksum says");

        static (uint, uint) Folded(uint one) => ((one >> 16) % 65535, (one & 65535) % 65535);
    }
}
