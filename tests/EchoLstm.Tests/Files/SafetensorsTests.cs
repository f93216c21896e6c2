using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using EchoLstm.Files;
using EchoLstm.Models.Saving;
using EchoLstm.Tests.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Files;

/// <summary>The format byte by byte, both ways, and everything that a file may have wrong.</summary>
public class SafetensorsTests
{
    private const string GoldenHeader =
        """{"__metadata__":{"größe":"π"},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[16,24]},"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[24,24]}}""";

    private static readonly byte[] GoldenData = [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];

    private static byte[] Golden => FileOf(GoldenHeader + new string(' ', (8 - (Encoding.UTF8.GetByteCount(GoldenHeader) % 8)) % 8), GoldenData);

    [Fact]
    public void The_bytes_are_these()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            [new("größe", "π")],
            [
                new("a", SafetensorsType.F32, [2, 1], to => to.Write([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])),
                new("empty", SafetensorsType.F32, [0, 3], _ => { }),
                new("b", SafetensorsType.F64, [1], to => to.Write([0, 0, 0, 0, 0, 0, 0xf8, 0x3f])),
                new("n", SafetensorsType.I64, [], to => to.Write([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
            ]);

        stream.ToArray().Should().Equal(Golden);
        (Golden.Length - GoldenData.Length).Should().Match(length => (length % 8) == 0, "the tensors are aligned");
    }

    [Theory]
    [InlineData(100_000_000, "is cut short: its header has 100,000,000 bytes, but only 2 follow. Copy or save it again.")]
    [InlineData(100_000_001, "is no safetensors file: its header would have 100,000,001 bytes, and at most 100,000,000 are allowed; it looks like binary data of another kind, or a damaged file. Give a file that Save, SaveWeights or a safetensors library wrote.")]
    public void A_header_has_a_greatest_length(long length, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, [.. BitConverter.GetBytes(length), .. "{}"u8]);

        Errors.Expect<InvalidDataException>(() => SafetensorsFile.Open(path).Dispose(), $"{path} {expected}");
    }

    [Fact]
    public void Names_are_in_the_order_of_their_codes()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [], new[] { "a", "C", "B", "_" }.Select(name => new SafetensorsSource(name, SafetensorsType.F32, [0], _ => { })));

        Encoding.UTF8.GetString(stream.ToArray().AsSpan(8)).TrimEnd().Should().Be(
            """{"B":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"C":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"_":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"none":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    public void A_tensor_without_numbers_lies_anywhere_between_others(string header)
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(Written(folder, FileOf(header, new byte[4])));

        file.Tensors.Select(tensor => tensor.Name).Should().Equal("none", "a");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_header_has_at_least_two_braces(long length)
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, [.. BitConverter.GetBytes(length), .. "{}"u8]);

        Errors.Expect<InvalidDataException>(
            () => SafetensorsFile.Open(path).Dispose(),
            $"{path} is no safetensors file: its header does not begin with '{{'; it looks like binary data of another kind, or a damaged file. Give a file that Save, SaveWeights or a safetensors library wrote.");
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_read_leaves_no_tensor()
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, Golden);
        using var file = SafetensorsFile.Open(path);
        Cut(path, Golden.Length - 20);
        var live = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Errors.Expect<InvalidDataException>(
            () => TensorBytes.Read(file, file.Tensors[0]),
            $"{path}: the file ended within tensor 'b' although its header says otherwise: something cut it while it was read.");

        TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_protocol_of_pickle_is_known(byte protocol) =>
        FileSignature.Describe([0x80, protocol, 0x7d, 0x71, 0, 0x2e], 6).Looks.Should().Be("a Python pickle, as torch.save wrote before PyTorch 1.6");

    [Fact]
    public void A_text_that_is_looked_at_up_to_the_middle_of_a_letter_is_a_text()
    {
        var text = Encoding.UTF8.GetBytes(new string('a', FileSignature.Looked - 1) + "ü");

        FileSignature.Describe(text.AsSpan(0, FileSignature.Looked), text.Length).Looks.Should().Be("a text");
    }

    [Fact]
    public void The_bytes_are_read()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(Written(folder, Golden));

        file.Metadata.Should().Equal(new Dictionary<string, string> { ["größe"] = "π" });
        file.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {tensor.ShapeText}").Should().Equal("b F64 (1,)", "n I64 ()", "a F32 (2, 1)", "empty F32 (0, 3)");
        var bytes = new byte[4];
        file.Read(file.Tensors[2], 4, bytes);
        BinaryPrimitives.ReadSingleLittleEndian(bytes).Should().Be(-2);
    }

    [Fact]
    public void Any_tensors_come_back() => Property.Holds(Cases, tensors =>
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, [new("k", string.Concat(tensors.Select(tensor => tensor.Name)))], tensors.Select(tensor => Source(tensor.Name, tensor.Type, tensor.Shape))));

        using var file = SafetensorsFile.Open(path);

        file.Metadata["k"].Should().Be(string.Concat(tensors.Select(tensor => tensor.Name)));
        file.Tensors.Should().HaveCount(tensors.Length);
        foreach (var (name, type, shape) in tensors)
        {
            var entry = file.Tensors.Single(tensor => tensor.Name == name);
            (entry.Type, string.Join(' ', entry.Shape)).Should().Be((type, string.Join(' ', shape)));
            (entry.Begin % type.Size()).Should().Be(0);
            var bytes = new byte[entry.End - entry.Begin];
            file.Read(entry, 0, bytes);
            bytes.Should().Equal(Bytes(name, bytes.Length));
        }
    });

    public static TheoryData<string, string, string> Hostile => new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "4", "near byte 53: tensor 'a' of F32 and shape (2) needs 8 bytes, but its data_offsets [0, 4] have room for 4" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "0", "near byte 73: tensor 'a' of F32 and shape (4611686018427387904, 4) needs more than 2^63 bytes, but its data_offsets [0, 0] have room for 0" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "4", "near byte 31: the shape of tensor 'a' has something other than whole numbers of at least 0" },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "4", "near byte 32: the shape of tensor 'a' has something other than whole numbers of at least 0" },
        { """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "4", "near byte 49: the shape of tensor 'a' has something other than whole numbers of at least 0" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "4", "near byte 53: the data_offsets of tensor 'a' are [4, 0]; expected where it begins and where it ends" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "4", "near byte 51: the data_offsets of tensor 'a' are [0]; expected where it begins and where it ends" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "4", "near byte 53: the data_offsets of tensor 'a' has more than 2 numbers" },
        { """{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,4]}}""", "4", "near byte 18: tensor 'a' is of F8; expected one of F16, BF16, F32, F64, I64" },
        { """{"a":{"dtype":"2","shape":[1],"data_offsets":[0,4]}}""", "4", "near byte 17: tensor 'a' is of 2; expected one of F16, BF16, F32, F64, I64" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", "4", "near byte 32: tensor 'a' lacks its data_offsets" },
        { """{"a":{"shape":[1],"data_offsets":[0,4]}}""", "4", "near byte 39: tensor 'a' lacks its dtype" },
        { """{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", "4", "near byte 40: tensor 'a' has two fields 'shape'; expected dtype, shape and data_offsets once each" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", "4", "near byte 60: tensor 'a' has a field 'more'; expected dtype, shape and data_offsets once each" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "8", "near byte 58: 'a' is there twice" },
        { """{"__metadata__":{"k":"1","k":"2"}}""", "0", "near byte 32: 'k' is in __metadata__ twice" },
        { """{"__metadata__":{"k":1}}""", "0", "near byte 22: __metadata__.k is no text" },
        { """{"__metadata__":[]}""", "0", "near byte 17: __metadata__ is no object" },
        { """{"a":7}""", "0", "near byte 6: tensor 'a' is no object" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_is_wrong_in_the_header_is_named(string header, string dataBytes, string wrong)
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, FileOf(header, new byte[int.Parse(dataBytes, CultureInfo.InvariantCulture)]));

        Errors.Expect<InvalidDataException>(() => SafetensorsFile.Open(path), $"{path}: the header is wrong {wrong}. The file is damaged or was not written as safetensors.");
        using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    public static TheoryData<string, int, string> Misplaced => new()
    {
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, ": tensor 'b' begins at byte 8 of the data, but the one before it ends at byte 4: there is a hole between them. The file is damaged; save it again." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, ": tensor 'b' begins at byte 4 of the data, but the one before it ends at byte 8: they overlap. The file is damaged; save it again." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, ": tensor 'b' begins at byte 0 of the data, but the one before it ends at byte 4: they overlap. The file is damaged; save it again." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, ": tensor 'a' begins at byte 4 of the data, but the one before it ends at byte 0: there is a hole between them. The file is damaged; save it again." },
        { """{"a":{"dtype":"F32","shape":[2000],"data_offsets":[0,8000]}}""", 7999, " is cut short: its tensors have 8,000 bytes, but only 7,999 follow its header; the first that is not whole is 'a'. Copy or save it again." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, ": 1 bytes follow the last tensor, which ends at byte 4 of the data. The file is damaged, or two were put together; save it again." },
    };

    [Theory]
    [MemberData(nameof(Misplaced))]
    public void Holes_overlaps_and_what_is_left_over_are_named(string header, int dataBytes, string wrong)
    {
        using var folder = new TemporaryFolder();
        using var german = new GermanCulture();
        var path = Written(folder, FileOf(header, new byte[dataBytes]));

        Errors.Expect<InvalidDataException>(() => SafetensorsFile.Open(path), path + wrong);
    }

    [Theory]
    [InlineData("{ ", 1)]
    [InlineData("{\"a\"", 1)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",}}", 1)]
    [InlineData("{} {}", 1)]
    [InlineData("{\"\\ud800\":{}}", 1)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[[[[[[[1]]]]]]]}}", 1)]
    public void A_header_that_is_no_json_is_an_error_of_the_data(string header, int dataBytes)
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, FileOf(header, new byte[dataBytes]));

        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message.Should().StartWith($"{path}: the header is");
    }

    [Fact]
    public void A_header_with_bytes_that_are_no_letters_is_an_error_of_the_data()
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, [4, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'"', 0xff, 0xfe, 0]);

        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message.Should().StartWith($"{path}: the header is no sound JSON near byte");
    }

    [Fact]
    public void A_file_that_is_cut_within_its_header_says_so()
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, Golden[..100]);

        Errors.Expect<InvalidDataException>(() => SafetensorsFile.Open(path), $"{path} is cut short: its header has {Golden.Length - GoldenData.Length - 8} bytes, but only 92 follow. Copy or save it again.");
    }

    public static TheoryData<string, byte[], string> Foreign
    {
        get
        {
            const string otherwise = "Give a file that Save, SaveWeights or a safetensors library wrote.";
            const string fromPyTorch = "In Python write the tensors with safetensors.torch.save_file, under the names that SaveWeights gives them.";
            const string fromKeras = "KerasFile.Load, of the package EchoLstm.Interop, reads it, and KerasFile.LoadWeights its weights alone.";
            const string fromNumPy = "In Python write the arrays with safetensors.numpy.save_file, under the names that SaveWeights gives them.";
            byte[] tenGigabytes = [.. BitConverter.GetBytes(10_000_000_000UL), .. "{\"a\":1}"u8];
            return new()
            {
                { "nothing", [], "it looks like an empty file. Whatever wrote it did not finish: save it again." },
                { "one byte", [5], "it is too short for a header; it looks like binary data of another kind, or a damaged file. " + otherwise },
                { "a header of 10 GB", tenGigabytes, "its header would have 10,000,000,000 bytes, and at most 100,000,000 are allowed; it looks like binary data of another kind, or a damaged file. " + otherwise },
                { "zeros", new byte[64], "its header does not begin with '{'; it looks like binary data of another kind, or a damaged file. " + otherwise },
                { "a pickle", [0x80, 2, .. "}q\0X\u0003\0\0\0abcq\u0001K\u0001s."u8], "its header would have *; it looks like a Python pickle, as torch.save wrote before PyTorch 1.6. " + fromPyTorch },
                { "torch.save", [.. "PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\x12\0archive/data.pklFB"u8], "its header would have *; it looks like a PyTorch file (torch.save, a zip with a pickle inside). " + fromPyTorch },
                { ".keras", [.. "PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0d\0\0\0metadata.json{}"u8], "*; it looks like a Keras model (.keras, a zip). " + fromKeras },
                { ".npz", [.. "PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.npy"u8], "*; it looks like NumPy arrays (.npz, a zip). " + fromNumPy },
                { "a zip", [.. "PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.txt"u8], "*; it looks like a zip archive. " + otherwise },
                { "HDF5", [0x89, .. "HDF\r\n\x1a\n\0\0\0\0"u8], "its header would have *; it looks like an HDF5 file, as Keras writes with .h5. " + fromKeras },
                { ".npy", [0x93, .. "NUMPY\x01\0v\0{'descr'"u8], "*; it looks like a NumPy array (.npy). " + fromNumPy },
                { "ONNX", [8, 8, 0x12, 7, .. "pytorch\x1a\x051.13"u8], "its header would have *; it looks like an ONNX model. Take the weights out of it in Python, and write them with safetensors.numpy.save_file under the names that SaveWeights gives them." },
                { "gzip", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2], "*; it looks like gzip-compressed data. Uncompress it first." },
                { "PNG", [0x89, .. "PNG\r\n\x1a\n\0\0\0\rIHDR"u8], "*; it looks like a PNG picture. " + otherwise },
                { "JSON", [.. "{\"class_name\": \"Sequential\"}"u8], "its header would have *; it looks like a JSON text. " + otherwise },
                { "text", [.. "epoch,loss\n1,0.5\n"u8], "its header would have *; it looks like a text. " + otherwise },
                { "TorchSharp", [3, 6, .. "weight\u0006\u0001\u0003"u8], "*; it looks like a file of TorchSharp's module.save. Read it with the model's own load (lower case), then SaveWeights." },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_file_of_another_kind_is_told_what_it_looks_like(string name, byte[] content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, content, name);

        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message.Should().Match($"{path} is no safetensors file: {expected}");
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_folder_are_errors()
    {
        using var folder = new TemporaryFolder();
        var lost = folder.File("lost");

        Errors.Expect<FileNotFoundException>(() => SafetensorsFile.Open(lost), $"There is no file {lost}. Check the path; relative ones begin at the current folder.");
        Errors.Expect<IOException>(() => SafetensorsFile.Open(folder.Path), $"Can't read {folder.Path}: it is a folder. Give the name of a file.");
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_read_is_an_error_of_the_data()
    {
        using var folder = new TemporaryFolder();
        var path = Written(folder, Golden);
        using var file = SafetensorsFile.Open(path);
        Cut(path, Golden.Length - 1);

        Errors.Expect<InvalidDataException>(() => file.Read(file.Tensors[2], 0, new byte[8]), $"{path}: the file ended within tensor 'a' although its header says otherwise: something cut it while it was read.");
    }

    // What Python's safetensors does, in words of the standard library; skipped over where there is no Python.
    [Fact]
    public void Python_reads_it()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(2)) { Seed = 1 };
        model.Build(3);
        var path = folder.File("weights.safetensors");
        model.SaveWeights(path);
        const string script = """
            import json, struct, sys
            with open(sys.argv[1], 'rb') as file:
                (length,) = struct.unpack('<Q', file.read(8))
                header = json.loads(file.read(length))
                data = file.read()
            for name, tensor in sorted(header.items()):
                if name != '__metadata__':
                    begin, end = tensor['data_offsets']
                    print(name, tensor['dtype'], tensor['shape'], *(v.hex() for v in struct.unpack('<%df' % ((end - begin) // 4), data[begin:end])))
            """;
        if (Python(script, path) is not { } said)
        {
            return;
        }

        var kernel = model.GetWeights()[0].Values();
        said.ReplaceLineEndings("\n").Should().Be($"dense_1.bias F32 [2] 0x0.0p+0 0x0.0p+0\ndense_1.kernel F32 [3, 2] {string.Join(' ', kernel.Select(Hex))}\n");
    }

    private static string? Python(string script, string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", ["-c", script, path]) { RedirectStandardOutput = true })!;
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.Should().Be(0);
            return said;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    // As Python writes a double in hexadecimal.
    private static string Hex(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff) - 1023;
        return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}0x1.{bits & 0xfffffffffffff:x13}p{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }

    private static FsCheck.Gen<(string Name, SafetensorsType Type, long[] Shape)[]> Cases =>
        from count in Gen.Choose(0, 6)
        from types in Gen.ArrayOf(Gen.Elements(Enum.GetValues<SafetensorsType>()), count)
        from shapes in Gen.ArrayOf(Gen.ListOf(Gen.Choose(0, 4)), count)
        from letters in Gen.Elements("a", "\"", "\\", "模", "é\n", "😀", "__metadata", " ", "\0")
        select types.Select((type, i) => ($"{letters}{i}{letters}", type, shapes[i].Take(4).Select(length => (long)length).ToArray())).ToArray();

    private static SafetensorsSource Source(string name, SafetensorsType type, long[] shape) =>
        new(name, type, shape, stream => stream.Write(Bytes(name, (int)shape.Aggregate((long)type.Size(), (product, length) => product * length))));

    private static byte[] Bytes(string name, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) + name.Length + name[^1] + name[0]))];

    private static byte[] FileOf(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data];
    }

    private static string Written(TemporaryFolder folder, byte[] content, string name = "a.safetensors")
    {
        var path = folder.File(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    // As another program would, while the file is open here.
    private static void Cut(string path, long length)
    {
        using var other = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete });
        other.SetLength(length);
    }
}
