using System.Collections;
using System.IO.Compression;
using EchoLstm.Interop;
using TorchSharp.PyBridge;

namespace EchoLstm.Tests.Interop;

/// <summary>
/// PyTorch's files with bytes changed, moved or cut off: each loads, or ends in an error that names it and leaves the model as it was.
/// ECHOLSTM_FUZZED_FILES asks for more than 500.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class PyTorchFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Damaged_files_load_or_say_what_is_wrong()
    {
        using var model = Model();
        var weights = model.GetWeights().Values();
        PyTorchFile.SaveWeights(model, _folder.File("sound.safetensors"));
        (string Name, byte[] Bytes)[] sound =
        [
            ("whole.pt", State()), ("stored.pt", Packed(State(), CompressionLevel.NoCompression)),
            ("own.safetensors", File.ReadAllBytes(_folder.File("sound.safetensors"))),
        ];
        var random = new Random(KerasFuzzTests.Asked("ECHOLSTM_FUZZED_SEED") ?? 14);
        var (count, loaded) = (KerasFuzzTests.Asked("ECHOLSTM_FUZZED_FILES") ?? 500, 0);
        var inUse = MemoryInUse.Now();
        for (var i = 0; i < count; i++)
        {
            var (name, bytes) = sound[i % sound.Length];
            File.WriteAllBytes(_folder.File(name), KerasFuzzTests.Mutated(random, bytes));
            try
            {
                PyTorchFile.LoadWeights(model, _folder.File(name));
                loaded++;
                PyTorchFile.LoadWeights(model, _folder.File("sound.safetensors"));
            }
            catch (InvalidDataException error)
            {
                error.Message.Should().Contain(name, "file {0} of {1}", i, name);
                model.GetWeights().Values().Should().Equal(weights, "file {0} of {1} changes nothing", i, name);
            }
        }
        loaded.Should().BeInRange(count / 50, count - (count / 50), "some changes change weights alone");
        (MemoryInUse.Now() - inUse).Should().BeLessThan(64 << 20);
    }

    [Theory]
    [InlineData(0x3fffffff, 0xffff)]
    [InlineData(40_000, 10_000)]
    [InlineData(-1, 8)]
    public void A_shape_that_is_larger_than_the_file_is_not_believed(int rows, int columns)
    {
        using var model = Model();
        // Of (2, 4): two numbers of a byte and a tuple of them.
        var state = Packed(State(), CompressionLevel.NoCompression, pickle =>
        {
            var place = pickle.AsSpan().IndexOf((ReadOnlySpan<byte>)[(byte)'K', 2, (byte)'K', 4, 0x86]);
            place.Should().BePositive();
            return [.. pickle[..place], (byte)'J', .. BitConverter.GetBytes(rows), (byte)'J', .. BitConverter.GetBytes(columns), 0x86, .. pickle[(place + 5)..]];
        });
        File.WriteAllBytes(_folder.File("large.pt"), state);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = Assert.Throws<InvalidDataException>(() => PyTorchFile.LoadWeights(model, _folder.File("large.pt"))).Message;

        message.Should().StartWith($"{_folder.File("large.pt")} has a tensor of more numbers than the archive has bytes.");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16 << 20);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        using var model = new SequentialModel(new Dense(2));
        model.Build(3);

        foreach (var path in new[] { _folder.File("none.pt"), _folder.File("none.safetensors") })
        {
            Errors.Expect<FileNotFoundException>(() => PyTorchFile.LoadWeights(model, path), $"There is no file {path}. Check the path; relative ones begin at the current folder.");
        }
    }

    [Fact]
    public void A_value_that_is_no_number_is_told_and_changes_nothing()
    {
        using var model = new SequentialModel(new Lstm(4) { Name = "first" }, new Dense(2) { Name = "second" }) { Seed = 1 };
        model.Build(-1, 3);
        PyTorchFile.SaveWeights(model, _folder.File("sound.safetensors"));
        var bytes = File.ReadAllBytes(_folder.File("sound.safetensors"));
        // The last is of the second layer: the first must not have changed by then.
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), float.NaN);
        File.WriteAllBytes(_folder.File("diverged.safetensors"), bytes);
        model.SetWeights([.. model.GetWeights().Select(weight => Numbers.Shaped(new float[weight.Length], [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]))]);

        Errors.Expect<InvalidDataException>(
            () => PyTorchFile.LoadWeights(model, _folder.File("diverged.safetensors")),
            $"{_folder.File("diverged.safetensors")} has values that are NaN or infinite, for kernel of Dense 'second', from 'second'. Nothing was changed. Save weights of before the training diverged.");

        model.GetWeights().Values().Should().OnlyContain(value => value == 0);
    }

    private static SequentialModel Model()
    {
        var model = new SequentialModel(new Lstm(4) { Name = "rnn" }, new Dense(2) { Name = "head" }) { Seed = 1 };
        model.Build(-1, 3);
        return model;
    }

    private byte[] State()
    {
        using var rnn = nn.LSTM(3, 4);
        using var head = nn.Linear(4, 2);
        var state = new Hashtable();
        foreach (var (name, module) in new (string, nn.Module)[] { ("rnn", rnn), ("head", head) })
        {
            foreach (var entry in module.state_dict())
            {
                state[$"{name}.{entry.Key}"] = entry.Value;
            }
        }
        PyTorchPickler.PickleStateDict(_folder.File("state.pt"), state);
        return File.ReadAllBytes(_folder.File("state.pt"));
    }

    // The same archive, its entries as they are said to be, its pickle changed.
    private static byte[] Packed(byte[] archive, CompressionLevel level, Func<byte[], byte[]>? change = null)
    {
        using var made = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(archive)))
        using (var to = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var read = entry.Open();
                using var bytes = new MemoryStream();
                read.CopyTo(bytes);
                using var write = to.CreateEntry(entry.FullName, level).Open();
                write.Write(change is not null && entry.FullName.EndsWith(".pkl", StringComparison.Ordinal) ? change(bytes.ToArray()) : bytes.ToArray());
            }
        }
        return made.ToArray();
    }
}
