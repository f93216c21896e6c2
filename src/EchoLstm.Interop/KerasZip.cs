using System.IO.Compression;
using EchoLstm.Files;

namespace EchoLstm.Interop;

/// <summary>
/// A .keras file: a zip with <c>config.json</c>, <c>metadata.json</c> and <c>model.weights.h5</c>. Nothing is unpacked to disk, and no
/// entry is believed to be much larger than what it takes in the zip.
/// </summary>
internal sealed class KerasZip : IDisposable
{
    // Weights hardly shrink; what grows more than this is made to fill memory.
    private const long MostGrowth = 20;
    private const int MostEntries = 10_000;

    private readonly ZipArchive _zip;
    private readonly string _path;

    private KerasZip(ZipArchive zip, string path) => (_zip, _path) = (zip, path);

    internal static KerasZip Open(Stream stream, string path)
    {
        var zip = new KerasZip(new ZipArchive(stream, ZipArchiveMode.Read), path);
        try
        {
            zip.Check();
            return zip;
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    public void Dispose() => _zip.Dispose();

    /// <summary>A text of JSON; null where there is none.</summary>
    internal byte[]? Text(string name) => Find(name) is { } entry
        ? entry.Length <= StrictJson.LongestText ? Bytes(entry) : throw Wrong($"its '{name}' is longer than any")
        : null;

    internal Hdf5File Weights()
    {
        if (Find("model.weights.json") is not null)
        {
            throw new NotSupportedException($"{_path}: its weights are in several files (max_shard_size), which are not read. In Keras, "
                + $"save it without max_shard_size.");
        }
        if (Find("model.weights.npz") is not null)
        {
            throw new NotSupportedException($"{_path}: its weights are NumPy arrays (model.weights.npz), which are not read. In Keras, "
                + $"save it with h5py installed.");
        }
        var entry = Find("model.weights.h5") ?? throw Wrong("it has no 'model.weights.h5'");
        return Hdf5File.Open(new MemoryStream(Bytes(entry), writable: false), $"{_path}, model.weights.h5");
    }

    private ZipArchiveEntry? Find(string name) => _zip.Entries.FirstOrDefault(entry => entry.FullName == name);

    private void Check()
    {
        if (_zip.Entries.Count > MostEntries)
        {
            throw Wrong("it has more entries than any model");
        }
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in _zip.Entries)
        {
            var name = entry.FullName;
            if (name.Length == 0 || name[0] is '/' or '\\' || name.Contains(':', StringComparison.Ordinal)
                || name.Split('/', '\\').Contains(".."))
            {
                throw Wrong($"its entry '{name}' would lie outside the folder that it is unpacked to");
            }
            if (!names.Add(name))
            {
                throw Wrong($"it has the entry '{name}' twice");
            }
            if (entry.IsEncrypted)
            {
                throw new NotSupportedException($"{_path}: its entry '{name}' is encrypted. Decrypt the file first.");
            }
        }
    }

    private byte[] Bytes(ZipArchiveEntry entry)
    {
        if (entry.Length > Array.MaxLength || entry.Length > (entry.CompressedLength * MostGrowth) + 65536)
        {
            throw Wrong(string.Create(
                CultureInfo.InvariantCulture,
                $"its entry '{entry.FullName}' would grow from {entry.CompressedLength} bytes to {entry.Length}, which no weights do"));
        }
        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return stream.ReadByte() < 0 ? bytes : throw Wrong($"its entry '{entry.FullName}' is longer than it says");
    }

    private InvalidDataException Wrong(string what) => new($"{_path}: {what}. The file is damaged, or nothing that Keras wrote.");
}
