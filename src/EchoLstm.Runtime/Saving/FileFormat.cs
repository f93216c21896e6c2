using System.Reflection;
using EchoLstm.Files;
using EchoLstm.Layers;

namespace EchoLstm.Saving;

/// <summary>
/// What files of weights and of models have in common: the metadata in front, and the names of the tensors. docs/format.md says it all.
/// </summary>
internal static class FileFormat
{
    internal const string FormatKey = "format";
    internal const string VersionKey = "format_version";
    internal const string LibraryKey = "library_version";

    /// <summary>The version of the files that are written, and the only one that is read.</summary>
    internal const string Version = "1";

    internal const string OfWeights = "echolstm.weights";
    internal const string OfModels = "echolstm.model";

    /// <summary>
    /// What the names of tensors begin with that are no weights, as no weight has a slash in its name: what the optimiser remembers.
    /// </summary>
    internal const string OptimizerPrefix = "optimizer/";

    /// <summary>And the states that stateful layers carry.</summary>
    internal const string StatePrefix = "state/";

    internal static string LibraryVersion { get; } =
        typeof(FileFormat).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What stands in front of any file of ours.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Header(string format) =>
        [new(FormatKey, format), new(VersionKey, Version), new(LibraryKey, LibraryVersion)];

    /// <summary>The tensors of a file that are weights: all, but for what a model's file has beside them.</summary>
    internal static IReadOnlyList<SafetensorsEntry> WeightsOf(SafetensorsFile file) =>
        file.Metadata.GetValueOrDefault(FormatKey) != OfModels ? file.Tensors
        : [.. file.Tensors.Where(entry => !Begins(entry, OptimizerPrefix) && !Begins(entry, StatePrefix))];

    /// <summary>The tensors whose names begin so, by name.</summary>
    internal static Dictionary<string, SafetensorsEntry> Below(string prefix, SafetensorsFile file) =>
        file.Tensors.Where(entry => Begins(entry, prefix)).ToDictionary(entry => entry.Name);

    /// <summary>Throws unless a file's weights are those that are expected, and no others.</summary>
    internal static void CheckWeights(string title, SafetensorsFile file, IReadOnlyList<WeightSpec> expected)
    {
        var faults = new List<string>();
        var entries = WeightsOf(file);
        var found = entries.ToDictionary(entry => entry.Name);
        foreach (var weight in expected)
        {
            if (!found.Remove(weight.FileName, out var entry))
            {
                faults.Add($"missing: {weight.FileName} {TextOf(weight.Shape)}");
            }
            else if (!entry.Shape.AsSpan().SequenceEqual(weight.Shape))
            {
                faults.Add($"misshapen: {entry.Name} is {entry.ShapeText}, expected {TextOf(weight.Shape)}");
            }
            else if (entry.Type == SafetensorsType.I64 == weight.IsFloat)
            {
                faults.Add($"of another type: {entry.Name} is of {entry.Type}, expected "
                    + $"{(weight.IsFloat ? "a floating-point type" : "I64")}");
            }
        }
        faults.AddRange(entries.Where(entry => found.ContainsKey(entry.Name)).Select(entry => $"unexpected: {entry.Name} "
            + $"{entry.ShapeText}"));
        if (faults.Count > 0)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path} does not fit {title}, which has {expected.Count} weights; nothing was changed.\n  "
                    + $"{string.Join("\n  ", faults)}\n{(entries.Any(IsPyTorchs)
                        ? "These are PyTorch's names: PyTorchFile.LoadWeights of the package EchoLstm.Interop reads them."
                        : "Load it into the model that it was saved from, or one with the same layers and names.")}"));
        }
    }

    /// <summary>Throws where a weight that was read has NaN or infinities, naming the first.</summary>
    /// <param name="path">The file.</param>
    /// <param name="weight">Which weight, and its shape.</param>
    /// <param name="numbers">What was read.</param>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    internal static void CheckFinite(string path, WeightSpec weight, ReadOnlySpan<float> numbers)
    {
        for (var place = 0; place < numbers.Length; place++)
        {
            if (!float.IsFinite(numbers[place]))
            {
                var (indices, left) = (new long[weight.Shape.Length], (long)place);
                for (var axis = indices.Length - 1; axis >= 0; axis--)
                {
                    (left, indices[axis]) = Math.DivRem(left, weight.Shape[axis]);
                }
                throw NotFinite(path, $"{weight.FileName}[{string.Join(", ", indices)}]", numbers[place]);
            }
        }
    }

    /// <summary>What is said of a weight in a file that is NaN or infinite.</summary>
    internal static InvalidDataException NotFinite(string path, string place, double value) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{path}: {place} is {value}, expected finite weights; nothing was changed. Its training diverged, or the file is damaged: take "
            + $"weights of before that."));

    // Keras's names end in kernel or gamma.
    private static bool IsPyTorchs(SafetensorsEntry entry) =>
        entry.Name.EndsWith(".weight", StringComparison.Ordinal) || entry.Name.Contains(".weight_ih", StringComparison.Ordinal);

    private static bool Begins(SafetensorsEntry entry, string prefix) => entry.Name.StartsWith(prefix, StringComparison.Ordinal);

    private static string TextOf(long[] shape) => Shape.Known(shape).ToString();
}
