using System.Globalization;
using System.Reflection;
using EchoLstm.Files;
using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models.Saving;

/// <summary>A weight that a file must have.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="IsFloat">Whether it is of a floating-point type; a counter is not.</param>
internal readonly record struct ExpectedWeight(string Name, long[] Shape, bool IsFloat = true);

/// <summary>A layer's weights as a safetensors file: under Keras's names with the layers' names before them, in Keras's layout. docs/format.md says it all.</summary>
internal static class WeightFile
{
    internal const string FormatKey = "format";
    internal const string VersionKey = "format_version";
    internal const string LibraryKey = "library_version";

    /// <summary>The version of the files that are written, and the only one that is read.</summary>
    internal const string Version = "1";

    private const string Format = "echolstm.weights";

    /// <summary>The version of this library.</summary>
    internal static string LibraryVersion { get; } =
        typeof(WeightFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What the file calls a weight.</summary>
    internal static string NameOf(string weight) => weight.Replace('/', '.');

    /// <summary>Writes the weights.</summary>
    internal static void Save(Layer layer, string path)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var sources = Sources(layer);
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, Header(Format), sources));
    }

    /// <summary>What stands in front of any file of ours.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Header(string format) =>
        [new(FormatKey, format), new(VersionKey, Version), new(LibraryKey, LibraryVersion)];

    /// <summary>The weights to be written; views in the caller's dispose scope.</summary>
    internal static IReadOnlyList<SafetensorsSource> Sources(Layer layer)
    {
        var names = new HashSet<string>();
        var sources = new List<SafetensorsSource>();
        foreach (var weight in layer.StoredWeights)
        {
            var name = NameOf(weight.Name);
            if (!names.Add(name))
            {
                throw new InvalidOperationException($"Two weights of {layer.Title} would be called '{name}' in the file. Give the layers names without '/'.");
            }
            sources.Add(TensorBytes.Source(name, weight.Value()));
        }
        return sources;
    }

    /// <summary>Sets the weights; all or none.</summary>
    /// <exception cref="InvalidDataException">They do not fit; the message lists every weight that is missing, unexpected or misshapen.</exception>
    internal static void Load(Layer layer, SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var weights = layer.StoredWeights;
        var expected = weights.Select(weight =>
        {
            using var value = weight.Value();
            return new ExpectedWeight(NameOf(weight.Name), value.shape, value.is_floating_point());
        }).ToList();
        var entries = ModelFile.WeightsOf(file);
        Check(layer.Title, file, entries, expected);
        // All are read before the first is set: a disk may fail on the way.
        var read = entries.ToDictionary(entry => entry.Name, entry => TensorBytes.Read(file, entry));
        foreach (var weight in weights)
        {
            CheckRange(file, NameOf(weight.Name), read[NameOf(weight.Name)], weight);
        }
        foreach (var weight in weights)
        {
            weight.Write(read[NameOf(weight.Name)]);
        }
    }

    // What is infinite in the file may be so; what becomes it by the conversion may not.
    private static void CheckRange(SafetensorsFile file, string name, Tensor read, LayerWeight weight)
    {
        var type = weight.Parameter().dtype;
        if (!read.is_floating_point() || read.dtype == type)
        {
            return;
        }
        using var scope = NewDisposeScope();
        if (read.isfinite().ne(read.to(type).isfinite()).any().item<bool>())
        {
            throw new InvalidDataException($"{file.Path}: {name} is of {read.dtype} and has numbers that are infinite in the model's type {type}; nothing was changed. Convert the model first, e.g. model.to(ScalarType.Float64).");
        }
    }

    /// <summary>Throws unless the file has the weights that are expected, and no others.</summary>
    internal static void Check(string title, SafetensorsFile file, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyList<ExpectedWeight> expected)
    {
        var faults = new List<string>();
        var found = entries.ToDictionary(entry => entry.Name);
        foreach (var (name, shape, isFloat) in expected)
        {
            if (!found.Remove(name, out var entry))
            {
                faults.Add($"missing: {name} {TextOf(shape)}");
            }
            else if (!entry.Shape.AsSpan().SequenceEqual(shape))
            {
                faults.Add($"misshapen: {name} is {entry.ShapeText}, expected {TextOf(shape)}");
            }
            else if (entry.Type == SafetensorsType.I64 == isFloat)
            {
                faults.Add($"of another type: {name} is of {entry.Type}, expected {(isFloat ? "a floating-point type" : "I64")}");
            }
        }
        faults.AddRange(entries.Where(entry => found.ContainsKey(entry.Name)).Select(entry => $"unexpected: {entry.Name} {entry.ShapeText}"));
        if (faults.Count > 0)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path} does not fit {title}, which has {expected.Count} weights; nothing was changed.\n  {string.Join("\n  ", faults)}\nLoad it into the model that it was saved from, or one with the same layers and names."));
        }
    }

    private static string TextOf(long[] shape) => new Shape([.. shape.Select(length => (long?)length)]).ToString();
}
