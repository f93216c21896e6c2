using System.Diagnostics;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>
/// Files of Keras with bytes changed, moved or cut off: each loads, where it is a weight that changed, or ends in an error that names it, in
/// little time and memory. ECHOLSTM_FUZZED_FILES asks for more than 2,000, ECHOLSTM_FUZZED_SEED for others.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class KerasFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_thousand_damaged_files_load_or_say_what_is_wrong()
    {
        var count = Asked("ECHOLSTM_FUZZED_FILES") ?? 2000;
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        KerasWriter.TensorFlowJs(_folder, layers);
        // A graph has states, shared layers and models inside.
        var (pair, nested, states) = (KerasGraphCase.Read("shared"), KerasGraphCase.Read("nested"), KerasGraphCase.Read("encoder-decoder"));
        // What is written here has HDF5's newer headers, and layers in a layer.
        using var heads = KerasSaveCases.All["heads over masked words"].Model(isKeras3: true);
        (string Name, byte[] Bytes)[] sound =
        [
            ("old.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4"))),
            ("new.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.15.0", areOfOneLength: false))),
            ("model.keras", KerasWriter.Keras3(layers)),
            ("model.json", File.ReadAllBytes(_folder.File("model.json"))),
            ("chunks.h5", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "keras-chunks.h5"))),
            ("shared.h5", Hdf5Writer.Write(pair.Legacy("2.6.0"))),
            ("nested.h5", Hdf5Writer.Write(nested.Legacy("2.2.4"))),
            ("states.keras", states.Keras3(new Dictionary<string, string[]>())),
            ("heads.h5", Saved(heads, "heads.h5")),
            ("heads.keras", Saved(heads, "heads.keras")),
        ];
        var random = new Random(Asked("ECHOLSTM_FUZZED_SEED") ?? 14);
        // Of this process alone: others may be busy.
        var used = Process.GetCurrentProcess().TotalProcessorTime;
        var loaded = 0;
        for (var i = 0; i < count; i++)
        {
            var (name, bytes) = sound[i % sound.Length];
            var path = Written(name, Mutated(random, bytes));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var some = KerasFile.Load(path);
                loaded++;
            }
            catch (Exception error) when (error is InvalidDataException or NotSupportedException)
            {
                error.Message.Should().Contain(name, "file {0} of {1}", i, name);
            }
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(64 << 20, "file {0} of {1} is small", i, name);
        }
        loaded.Should().BeInRange(count / 50, count - (count / 50), "some changes change weights alone");
        (Process.GetCurrentProcess().TotalProcessorTime - used).Should().BeLessThan(TimeSpan.FromSeconds(20.0 * Math.Max(count, 2000) / 2000));
    }

    internal static int? Asked(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : null;

    private byte[] Saved(Model model, string name)
    {
        KerasFile.Save(model, _folder.File(name));
        return File.ReadAllBytes(_folder.File(name));
    }

    internal static byte[] Mutated(Random random, byte[] bytes)
    {
        var changed = (byte[])bytes.Clone();
        for (var left = random.Next(1, 6); left > 0; left--)
        {
            var place = random.Next(changed.Length);
            switch (random.Next(5))
            {
                case 0:
                    changed[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[place] = (byte)random.Next(256);
                    break;
                case 2:
                    // A length or an address that is far off.
                    byte[][] numbers = [[255, 255, 255, 255, 255, 255, 255, 255], [0, 0, 0, 0, 0, 0, 0, 0], [255, 255, 255, 127, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 128]];
                    var number = numbers[random.Next(numbers.Length)];
                    Array.Copy(number, 0, changed, place / 8 * 8, Math.Min(8, changed.Length - (place / 8 * 8)));
                    break;
                case 3:
                    // Something of the file at another place.
                    var length = Math.Min(random.Next(1, 40), changed.Length - place);
                    Array.Copy(changed, random.Next(changed.Length - length + 1), changed, place, length);
                    break;
                default:
                    if (random.Next(8) == 0)
                    {
                        return changed[..place];
                    }
                    break;
            }
        }
        return changed;
    }

    private string Written(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return _folder.File(name);
    }
}
