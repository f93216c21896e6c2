using System.Text.RegularExpressions;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Interop;

/// <summary>
/// Weights that PyTorch saved, as a state dictionary in <c>.safetensors</c> or <c>.pt</c>, in a model of the same layers; and a model's
/// weights for PyTorch.
/// </summary>
/// <remarks>
/// <c>nn.LSTM</c>, <c>nn.GRU</c> and <c>nn.RNN</c> of several layers and both directions, their cells, <c>nn.Linear</c>,
/// <c>nn.Embedding</c>, <c>nn.Conv1d</c>, <c>nn.LayerNorm</c> and <c>nn.BatchNorm1d</c>. Gates are put in Keras's order and an LSTM's two
/// biases added. PyTorch's default epsilon is 1e-5, Keras's 1e-3: give normalisation layers PyTorch's.
/// </remarks>
public static partial class PyTorchFile
{
    /// <summary>Loads weights; all or none.</summary>
    /// <param name="layer">The model or layer, built.</param>
    /// <param name="path">The file, which ends in <c>.safetensors</c>, <c>.pt</c>, <c>.pth</c> or <c>.bin</c>.</param>
    /// <param name="names">For a layer's name PyTorch's name of its module, e.g. <c>["lstm_1"] = "encoder.rnn"</c>; the second layer of a
    /// stack is <c>encoder.rnn.l1</c>. null: by names that are equal, and by kinds and shapes where only one fits.</param>
    /// <exception cref="ArgumentException">The path is empty, or names has a layer or a module that is not there.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread uses it.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind, or does not fit: the message lists every fault, with
    /// both names and shapes. Nothing was changed.</exception>
    public static void LoadWeights(Layer layer, string path, IReadOnlyDictionary<string, string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var places = Places(layer);
        if (Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            using var file = SafetensorsFile.Open(path);
            Load(places, path, Numbers(file), names ?? new Dictionary<string, string>());
            return;
        }
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"There is no file {Path.GetFullPath(path)}. Check the path; relative ones begin at the current folder.", path);
        }
        using var pickled = PyTorchPickle.Open(path, sizeof(float) * layer.CountParameters());
        Load(places, path, pickled.Tensors, names ?? new Dictionary<string, string>());
    }

    /// <summary>Saves weights as a safetensors file whose names and layouts PyTorch's modules have: <c>load_state_dict</c> takes
    /// it.</summary>
    /// <param name="layer">The model or layer, built.</param>
    /// <param name="path">The file, which ends in <c>.safetensors</c>; an old one is replaced as a whole.</param>
    /// <param name="names">For a layer's name PyTorch's name of its module. null: the layer's own name, e.g.
    /// <c>lstm_1.weight_ih_l0</c>.</param>
    /// <exception cref="ArgumentException">The path is empty or ends in anything else, or names has a layer that is not there.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, was moved to Float64, or a layer has no like in PyTorch; nothing
    /// was written.</exception>
    /// <exception cref="IOException">Writing failed; the old file is as it was.</exception>
    public static void SaveWeights(Layer layer, string path, IReadOnlyDictionary<string, string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"PyTorch's weights are written as safetensors: end the name in .safetensors, not '{path}'.", nameof(path));
        }
        using var scope = torch.NewDisposeScope();
        var places = Places(layer);
        CheckLayers(places, names);
        var sources = new List<SafetensorsSource>();
        foreach (var (name, place) in places)
        {
            if (PyTorchLayer.Expected(place, out var reason) is null)
            {
                throw new InvalidOperationException($"{place.Title} can't be written for PyTorch: {reason}.");
            }
            if (place.Weights[0].Value().dtype == torch.ScalarType.Float64)
            {
                throw new InvalidOperationException(
                    $"{place.Title} has weights of Float64, but they are written as Float32, and would lose digits. Convert it first, "
                        + "with to(ScalarType.Float32).");
            }
            var prefix = names?.GetValueOrDefault(name) ?? name.Replace('/', '.');
            var (stack, number) = Stack().Match(prefix) is { Success: true } match && IsRecurrent(place)
                ? (match.Groups[1].Value, match.Groups[2].Value)
                : (prefix, "0");
            foreach (var (tensor, shape, values) in PyTorchLayer.FromKeras(place))
            {
                var leaf = IsRecurrent(place) ? LeafOfStack().Replace(tensor, $"$1_l{number}$2") : tensor;
                sources.Add(Source(stack.Length == 0 ? leaf : $"{stack}.{leaf}", shape, values));
            }
        }
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, [KeyValuePair.Create("format", "pt")], sources));
    }

    private static void Load(
        IReadOnlyList<(string Name, Layer Layer)> places,
        string path,
        IEnumerable<PyTorchTensor> tensors,
        IReadOnlyDictionary<string, string> names)
    {
        CheckLayers(places, names);
        var units = PyTorchUnit.Of(tensors);
        var matches = PyTorchMatch.Find(places, units, names, path);
        // All are read before the first is set.
        var weights = matches.Select(match => PyTorchLayer.ToKeras(match.Layer, name => match.Unit.Tensors[name].Read())).ToList();
        var faults = matches.Zip(weights).SelectMany(pair => pair.Second.Zip(pair.First.Layer.Weights)
            .Where(weight => weight.First.Cast<float>().Any(value => !float.IsFinite(value)))
            .Select(weight => $"{weight.Second.Name} of {pair.First.Layer.Title}, from '{pair.First.Unit.Name}'")).ToList();
        if (faults.Count > 0)
        {
            throw new InvalidDataException($"{path} has values that are NaN or infinite, for {string.Join("; ", faults)}. Nothing was "
                + $"changed. Save weights of before the training diverged.");
        }
        for (var i = 0; i < matches.Count; i++)
        {
            matches[i].Layer.SetWeights(weights[i]);
        }
    }

    // What has weights of its own, with the names of the models that it is in before its own.
    private static List<(string Name, Layer Layer)> Places(Layer layer)
    {
        if (!layer.IsBuilt)
        {
            throw new InvalidOperationException($"{layer.Title} is not built, so that it has no weights. Build it first.");
        }
        return [.. Below(layer, "")];

        static IEnumerable<(string Name, Layer Layer)> Below(Layer layer, string before) => layer switch
        {
            Model model => model.Layers.SelectMany(inner => Below(inner, before.Length == 0 ? inner.Name : $"{before}/{inner.Name}")),
            TimeDistributed each => Below(each.InnerLayer, before.Length == 0 ? each.Name : before),
            _ when layer.Weights.Count == 0 => [],
            _ => [(before.Length == 0 ? layer.Name : before, layer)],
        };
    }

    private static void CheckLayers(IReadOnlyList<(string Name, Layer Layer)> places, IReadOnlyDictionary<string, string>? names)
    {
        foreach (var name in names?.Keys ?? [])
        {
            if (!places.Any(place => place.Name == name))
            {
                throw new ArgumentException(
                    $"There is no layer '{name}' with weights; there are {string.Join(", ", places.Select(place => place.Name))}.",
                    nameof(names));
            }
        }
    }

    private static bool IsRecurrent(Layer layer) => layer is RecurrentLayer or Bidirectional;

    private static IEnumerable<PyTorchTensor> Numbers(SafetensorsFile file) =>
        file.Tensors.Select(entry => new PyTorchTensor(entry.Name, entry.Shape, () => file.ReadFloats(entry)));

    private static SafetensorsSource Source(string name, long[] shape, float[] values) => new(
        name, SafetensorsType.F32, shape, stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values)));

    [GeneratedRegex(@"^(.*)\.l(\d{1,6})$")]
    private static partial Regex Stack();

    [GeneratedRegex(@"^(\w+?)(_reverse)?$")]
    private static partial Regex LeafOfStack();
}
