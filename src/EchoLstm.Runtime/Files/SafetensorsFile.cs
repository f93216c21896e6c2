using System.Buffers.Binary;
using System.Text.Json;

namespace EchoLstm.Files;

/// <summary>A tensor that is in a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its elements' type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Begin">Where its elements begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Begin, long End)
{
    internal string ShapeText => string.Create(CultureInfo.InvariantCulture,
        $"({string.Join(", ", Shape)}{(Shape.Length == 1 ? "," : "")})");
}

/// <summary>
/// Reads the safetensors format. Opening reads and checks the whole header: its length against the file's, every name, type, shape and
/// place against each other, no hole, overlap, duplicate or byte left over. Memory is then bounded by the file's own size. Only after that
/// are elements read.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    internal const string MetadataName = "__metadata__";

    /// <summary>How many bytes a header has at most, as in the reference.</summary>
    internal const int LargestHeader = 100_000_000;

    // As many axes as Torch's tensors have at most.
    private const int MostAxes = 64;

    private readonly Stream _stream;
    private readonly long _dataStart;

    private SafetensorsFile(string path, Stream stream, long dataStart, Dictionary<string, string> metadata, List<SafetensorsEntry> tensors)
    {
        (Path, _stream, _dataStart, Metadata, Tensors) = (path, stream, dataStart, metadata, tensors);
    }

    internal string Path { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their elements.</summary>
    internal IReadOnlyList<SafetensorsEntry> Tensors { get; }

    /// <summary>Opens a file and checks it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no sound safetensors file; the message says what it looks like or what is
    /// wrong.</exception>
    internal static SafetensorsFile Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"Can't read {path}: it is a folder. Give the name of a file.");
        }
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {System.IO.Path.GetFullPath(path)}. Check the path; relative ones begin at "
                + "the current folder.", path);
        }
        // A save may replace the file while it is read: the open one stays as it was. Tensors are read whole, so no buffer lies between.
        return Opened(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0));
    }

    /// <summary>Reads a stream from where it stands to its end, and checks it as a file; it stays open.</summary>
    internal static SafetensorsFile Open(Stream stream, string name)
    {
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        return Opened(name, copy);
    }

    private static SafetensorsFile Opened(string path, Stream stream)
    {
        try
        {
            var header = ReadHeader(path, stream);
            var dataStart = sizeof(ulong) + (long)header.Length;
            var (metadata, tensors) = new HeaderParser(path, header).Parse();
            CheckPlaces(path, tensors, stream.Length - dataStart);
            return new SafetensorsFile(path, stream, dataStart, metadata, tensors);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads some of a tensor's elements.</summary>
    /// <exception cref="InvalidDataException">The file was cut since it was opened.</exception>
    internal void Read(SafetensorsEntry tensor, long offset, Span<byte> destination)
    {
        _stream.Position = _dataStart + tensor.Begin + offset;
        try
        {
            _stream.ReadExactly(destination);
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException($"{Path}: the file ended within tensor '{tensor.Name}' although its header says otherwise: "
                + "something cut it while it was read.", error);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static byte[] ReadHeader(string path, Stream stream)
    {
        var fileLength = stream.Length;
        var start = new byte[(int)Math.Min(fileLength, FileSignature.Looked)];
        stream.ReadExactly(start);
        if (fileLength < sizeof(ulong) + 2)
        {
            throw Foreign(path, start, fileLength, fileLength == 0 ? null : "it is too short for a header");
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        var isJson = start[sizeof(ulong)] == (byte)'{';
        if (length > LargestHeader)
        {
            throw Foreign(path, start, fileLength, string.Create(CultureInfo.InvariantCulture,
                $"its header would have {length:N0} bytes, and at most {LargestHeader:N0} are allowed"));
        }
        if (!isJson || length < 2)
        {
            throw Foreign(path, start, fileLength, "its header does not begin with '{'");
        }
        if ((long)length > fileLength - sizeof(ulong))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} is cut short: its header has {length:N0} bytes, but only {fileLength - sizeof(ulong):N0} follow. Copy or save it "
                    + $"again."));
        }
        var header = new byte[(int)length];
        stream.Position = sizeof(ulong);
        stream.ReadExactly(header);
        return header;
    }

    private static InvalidDataException Foreign(string path, ReadOnlySpan<byte> start, long length, string? reason)
    {
        var (looks, mend) = FileSignature.Describe(start, length);
        return new InvalidDataException(
            $"{path} is no safetensors file: {(reason is null ? "" : $"{reason}; ")}it looks like {looks}. {mend}");
    }

    private static void CheckPlaces(string path, List<SafetensorsEntry> tensors, long dataLength)
    {
        tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var place = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != place)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: tensor '{tensor.Name}' begins at byte {tensor.Begin} of the data, but the one before it ends at byte "
                        + $"{place}: {(tensor.Begin < place ? "they overlap" : "there is a hole between them")}. The file is damaged; save "
                        + $"it again."));
            }
            place = tensor.End;
        }
        if (place > dataLength)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} is cut short: its tensors have {place:N0} bytes, but only {dataLength:N0} follow its header; the first that is "
                    + $"not whole is '{tensors.First(tensor => tensor.End > dataLength).Name}'. Copy or save it again."));
        }
        if (place < dataLength)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {dataLength - place:N0} bytes follow the last tensor, which ends at byte {place:N0} of the data. The file is "
                    + $"damaged, or two were put together; save it again."));
        }
    }

    /// <summary>The header's JSON, taken strictly.</summary>
    private ref struct HeaderParser(string path, byte[] header)
    {
        private Utf8JsonReader _json = new(header);

        internal (Dictionary<string, string> Metadata, List<SafetensorsEntry> Tensors) Parse()
        {
            var metadata = new Dictionary<string, string>();
            var tensors = new List<SafetensorsEntry>();
            var names = new HashSet<string>();
            try
            {
                Expect(JsonTokenType.StartObject, "the header");
                while (NextName("the header") is { } name)
                {
                    if (!names.Add(name))
                    {
                        throw Wrong($"'{name}' is there twice");
                    }
                    if (name == MetadataName)
                    {
                        ParseMetadata(metadata);
                    }
                    else
                    {
                        tensors.Add(ParseTensor(name));
                    }
                }
                if (_json.Read())
                {
                    throw Wrong("something follows the header's last brace");
                }
            }
            // What the reader says of a text that is no UTF-8 is an InvalidOperationException.
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new InvalidDataException($"{path}: the header is no sound JSON near byte "
                    + $"{_json.BytesConsumed.ToString(CultureInfo.InvariantCulture)}: {error.Message}", error);
            }
            return (metadata, tensors);
        }

        private void ParseMetadata(Dictionary<string, string> metadata)
        {
            Expect(JsonTokenType.StartObject, MetadataName);
            while (NextName(MetadataName) is { } name)
            {
                Expect(JsonTokenType.String, $"{MetadataName}.{name}");
                if (!metadata.TryAdd(name, _json.GetString()!))
                {
                    throw Wrong($"'{name}' is in {MetadataName} twice");
                }
            }
        }

        private SafetensorsEntry ParseTensor(string name)
        {
            SafetensorsType? type = null;
            long[]? shape = null;
            long[]? offsets = null;
            Expect(JsonTokenType.StartObject, $"tensor '{name}'");
            while (NextName($"tensor '{name}'") is { } field)
            {
                switch (field)
                {
                    case "dtype" when type is null:
                        Expect(JsonTokenType.String, $"the dtype of tensor '{name}'");
                        type = TypeNamed(name, _json.GetString()!);
                        break;
                    case "shape" when shape is null:
                        shape = Numbers($"the shape of tensor '{name}'", MostAxes);
                        break;
                    case "data_offsets" when offsets is null:
                        offsets = Numbers($"the data_offsets of tensor '{name}'", 2);
                        break;
                    default:
                        throw Wrong(
                            $"tensor '{name}' has {(field is "dtype" or "shape" or "data_offsets" ? "two fields" : "a field")} '{field}'; "
                                + "expected dtype, shape and data_offsets once each");
                }
            }
            if (type is not { } known || shape is null || offsets is null)
            {
                throw Wrong($"tensor '{name}' lacks its {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
            }
            if (offsets.Length != 2 || offsets[1] < offsets[0])
            {
                throw Wrong(string.Create(CultureInfo.InvariantCulture,
                    $"the data_offsets of tensor '{name}' are [{string.Join(", ", offsets)}]; expected where it begins and where it ends"));
            }
            if (Bytes(known, shape) is var bytes && bytes != offsets[1] - offsets[0])
            {
                throw Wrong(string.Create(CultureInfo.InvariantCulture,
                    $"tensor '{name}' of {known} and shape ({string.Join(", ", shape)}) needs {(bytes is null ? "more than 2^63" : bytes)} "
                        + $"bytes, but its data_offsets [{offsets[0]}, {offsets[1]}] have room for {offsets[1] - offsets[0]}"));
            }
            return new SafetensorsEntry(name, known, shape, offsets[0], offsets[1]);
        }

        // The types of the format that no weight here has: such a file is sound.
        private static bool IsOtherType(string text) =>
            text is "BOOL" or "U8" or "I8" or "I16" or "U16" or "I32" or "U32" or "U64"
                or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F4" or "F6_E2M3" or "F6_E3M2" or "C64";

        private readonly SafetensorsType TypeNamed(string tensor, string text) =>
            Enum.TryParse<SafetensorsType>(text, out var type) && Enum.GetName(type) == text
                ? type
                : IsOtherType(text)
                ? throw new InvalidDataException(
                    $"{path}: tensor '{tensor}' is of {text}, which is not read here; expected one of "
                        + $"{string.Join(", ", Enum.GetNames<SafetensorsType>())}. Convert it before it is written, in Python e.g. with "
                        + "astype(\"float32\").")
                : throw Wrong($"tensor '{tensor}' is of {text}; expected one of {string.Join(", ", Enum.GetNames<SafetensorsType>())}");

        private static long? Bytes(SafetensorsType type, long[] shape)
        {
            if (shape.Contains(0))
            {
                return 0;
            }
            var bytes = (long)type.Size();
            foreach (var axis in shape)
            {
                var next = Math.BigMul(bytes, axis);
                if (next > long.MaxValue)
                {
                    return null;
                }
                bytes = (long)next;
            }
            return bytes;
        }

        private long[] Numbers(string what, int most)
        {
            Expect(JsonTokenType.StartArray, what);
            var numbers = new List<long>();
            while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            {
                if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var number) || number < 0)
                {
                    throw Wrong($"{what} has something other than whole numbers of at least 0");
                }
                if (numbers.Count == most)
                {
                    throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{what} has more than {most} numbers"));
                }
                numbers.Add(number);
            }
            return [.. numbers];
        }

        private string? NextName(string what)
        {
            if (!_json.Read())
            {
                throw Wrong($"{what} does not end");
            }
            return _json.TokenType == JsonTokenType.EndObject ? null : _json.GetString();
        }

        private void Expect(JsonTokenType type, string what)
        {
            if (!_json.Read() || _json.TokenType != type)
            {
                throw Wrong(
                    $"{what} is no {(type == JsonTokenType.StartObject ? "object" : type == JsonTokenType.StartArray ? "array" : "text")}");
            }
        }

        private readonly InvalidDataException Wrong(string what) =>
            new(string.Create(CultureInfo.InvariantCulture,
                $"{path}: the header is wrong near byte {_json.BytesConsumed}: {what}. The file is damaged or was not written as "
                    + $"safetensors."));
    }
}
