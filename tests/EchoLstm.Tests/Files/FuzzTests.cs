using System.Text;
using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Files;

/// <summary>
/// Files that were damaged by chance or with an aim: they load, or are an <see cref="InvalidDataException"/>; nothing else is thrown, memory is bounded by the file's size,
/// and a model whose weights were to be loaded is as it was. <c>ECHOLSTM_FUZZED_FILES=200000</c> asks for more of them.
/// </summary>
[Collection(RunsAlone.Name)]
public partial class FuzzTests
{
    private const string Variable = "ECHOLSTM_FUZZED_FILES";
    private const int Usual = 5_000;

    // Of a file of some 20 KB: what the header's objects, JSON and a model's modules take in .NET's heap.
    private const long MostAllocated = 16 << 20;
    private const long MostGrowth = 64 << 20;

    private static readonly string[] Values = ["0", "1", "-1", "2", "7", "255", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "1e999", "0.5", "null", "\"x\"", "[]", "{}", "true"];

    [Fact]
    public void Damaged_files_are_errors_of_the_data()
    {
        using var folder = new TemporaryFolder();
        var count = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : Usual;
        var path = folder.File("fuzzed.safetensors");
        var originals = Originals(folder);
        using var target = Target();
        var untouched = Errors.Contents(target);
        var (loaded, refused) = (0, 0);
        var inUse = MemoryInUse.Now();

        for (var i = 0; i < count; i++)
        {
            var random = new SeededRandom(i);
            var original = originals[(int)random.NextBelow(originals.Count)];
            File.WriteAllBytes(path, Damaged(original, random));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (random.NextBelow(3) > 0)
                {
                    SequentialModel.Load(path).Dispose();
                }
                else
                {
                    target.LoadWeights(path);
                    target.LoadWeights(folder.File("target.safetensors"));
                }
                loaded++;
            }
            catch (InvalidDataException error)
            {
                error.Message.Should().StartWith(path);
                refused++;
            }
            catch (Exception error)
            {
                File.Copy(path, Path.Combine(Path.GetTempPath(), "echolstm-fuzzed.safetensors"), overwrite: true);
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"File {i} (kept as echolstm-fuzzed.safetensors in the folder for temporary files) threw {error}"));
            }
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MostAllocated, "file {0} is small", i);
        }

        Errors.Contents(target).Should().Equal(untouched);
        refused.Should().BeGreaterThan(count / 2, "most damage is found");
        loaded.Should().BeGreaterThan(0, "some damage hits only a weight's value, which can't be known");
        (MemoryInUse.Now() - inUse).Should().BeLessThan(MostGrowth);
    }

    private static List<byte[]> Originals(TemporaryFolder folder)
    {
        using var scope = NewDisposeScope();
        var files = new List<byte[]>();
        using (var target = Target())
        {
            target.SaveWeights(folder.File("target.safetensors"));
            target.Save(folder.File("model.safetensors"));
            files.AddRange([File.ReadAllBytes(folder.File("target.safetensors")), File.ReadAllBytes(folder.File("model.safetensors"))]);
        }
        using (var model = new SequentialModel(
            new Masking(),
            new Bidirectional(new Gru(2, returnSequences: true, stateful: true, dropout: 0.1)),
            new TimeDistributed(new SequentialModel(new Reshape(2, 2), new Conv1D(2, 1), new Flatten(), new Dropout(0.5))),
            new Lstm(2, returnSequences: true, stateful: true),
            new AttentionDecoder(2, 3),
            new ActivationLayer(Activation.Tanh),
            new SimpleRnn(2),
            new RepeatVector(2),
            new MaxPooling1D(),
            new AdditiveAttention(),
            new Attention(useScale: true),
            new MultiHeadAttention(2, 1),
            new Dense(1) { KernelRegularizer = Regularizer.L2() }) { Seed = 1 })
        {
            model.Compile(Loss.BinaryCrossentropy(fromLogits: true), new RmsProp(momentum: 0.5, centered: true), Metric.Accuracy());
            model.Fit(Tests.Numbers.Uniform(1, [2, 3, 2]), zeros(2, 1, 1), batchSize: 2, verbose: 0, shuffle: false);
            model.Save(folder.File("model.safetensors"));
            files.Add(File.ReadAllBytes(folder.File("model.safetensors")));
        }
        return files;
    }

    private static SequentialModel Target()
    {
        var model = new SequentialModel(new Embedding(3, 2), new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(4);
        return model;
    }

    private static byte[] Damaged(byte[] original, SeededRandom random)
    {
        int Below(int bound) => (int)random.NextBelow(bound);
        var bytes = original.ToArray();
        var header = 8 + (int)BitConverter.ToInt64(bytes);
        switch (Below(9))
        {
            case 0:
                for (var flips = Below(8); flips >= 0; flips--)
                {
                    bytes[Below(bytes.Length)] ^= (byte)(1 << Below(8));
                }
                return bytes;
            case 1:
                for (var changes = Below(4); changes >= 0; changes--)
                {
                    bytes[8 + Below(header - 8)] = (byte)Below(256);
                }
                return bytes;
            case 2:
                return bytes[..Below(bytes.Length)];
            case 3:
                return [.. bytes, .. Enumerable.Range(0, 1 + Below(64)).Select(_ => (byte)Below(256))];
            case 4:
                BitConverter.TryWriteBytes(bytes, random.NextBits() >> Below(64));
                return bytes;
            case 5:
                var (from, length) = (Below(bytes.Length), Below(200));
                var end = Math.Min(bytes.Length, from + length);
                return random.NextBelow(2) == 0 ? [.. bytes[..from], .. bytes[end..]] : [.. bytes[..end], .. bytes[from..]];
            default:
                return WithHeader(bytes, header, text => Changed(text, random));
        }
    }

    // A number, a word or a piece of the JSON becomes another, and the header's length is right again: damage that gets far.
    private static string Changed(string header, SeededRandom random)
    {
        int Below(int bound) => (int)random.NextBelow(bound);
        for (var changes = Below(3); changes >= 0; changes--)
        {
            var places = (Below(3) == 0 ? Words() : Digits()).Matches(header);
            if (places.Count == 0)
            {
                continue;
            }
            var place = places[Below(places.Count)];
            var by = Below(3) == 0 ? places[Below(places.Count)].Value : Values[Below(Values.Length)];
            header = string.Concat(header.AsSpan(0, place.Index), by, header.AsSpan(place.Index + place.Length));
        }
        return header;
    }

    private static byte[] WithHeader(byte[] bytes, int end, Func<string, string> change)
    {
        var text = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes, 8, end - 8)));
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. bytes[end..]];
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("""\\?"[A-Za-z_0-9/.]+\\?"|true|false|null""")]
    private static partial Regex Words();
}
