using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Interop;

/// <summary>
/// The bytes of an HDF5 file, of a zip's entry in memory or on disk. What is read to find one's way (not: arrays) is counted, so that a
/// file whose parts lead in circles comes to an end.
/// </summary>
internal sealed class Hdf5Bytes : IDisposable
{
    private readonly Stream _stream;
    private long _mayBeRead;

    internal Hdf5Bytes(Stream stream, string file)
    {
        _stream = stream;
        File = file;
        Length = stream.Length;
        _mayBeRead = (4 * Length) + (1 << 20);
    }

    internal string File { get; }

    internal long Length { get; }

    public void Dispose() => _stream.Dispose();

    /// <summary>A piece of what leads to the arrays.</summary>
    internal byte[] Piece(ulong address, long length, string what)
    {
        Check(address, length, what);
        _mayBeRead -= length + 8;
        if (_mayBeRead < 0)
        {
            throw Damaged($"its parts lead in circles: more was read than it has, last {what}");
        }
        var bytes = new byte[length];
        Read(address, bytes);
        return bytes;
    }

    internal void Check(ulong address, long length, string what)
    {
        if (address > (ulong)Length || length < 0 || length > Length - (long)address)
        {
            throw Damaged(string.Create(
                CultureInfo.InvariantCulture, $"{what} would be {length} bytes at {address}, and the file has {Length}"));
        }
    }

    /// <summary>Fills bytes; they must have been checked.</summary>
    internal void Read(ulong address, Span<byte> bytes)
    {
        _stream.Position = (long)address;
        _stream.ReadExactly(bytes);
    }

    internal InvalidDataException Damaged(string what) =>
        new($"{File}: {what}. The file is damaged or incomplete; save or copy it again.");

    internal NotSupportedException Unread(string what) =>
        new($"{File}: {what}, which is not read. Save it with Keras again, or in Python copy it with h5py into a new file without it.");
}

/// <summary>Goes through bytes in order; what would lie behind their end is damage.</summary>
internal ref struct Hdf5Cursor(ReadOnlySpan<byte> bytes, Hdf5Bytes file, string what)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Place { get; set; }

    internal readonly int Left => _bytes.Length - Place;

    internal ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Left)
        {
            throw file.Damaged($"{what} ends too early");
        }
        var taken = _bytes.Slice(Place, (int)count);
        Place += (int)count;
        return taken;
    }

    internal byte U8() => Take(1)[0];

    internal ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    internal ulong Number(int bytes) => bytes switch
    {
        1 => U8(),
        2 => U16(),
        4 => U32(),
        _ => U64(),
    };

    internal void Expect(ReadOnlySpan<byte> signature)
    {
        if (!Take(signature.Length).SequenceEqual(signature))
        {
            throw file.Damaged($"{what} does not begin with '{Encoding.ASCII.GetString(signature)}'");
        }
    }
}
