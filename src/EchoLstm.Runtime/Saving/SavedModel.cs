using EchoLstm.Files;
using EchoLstm.Layers;

namespace EchoLstm.Saving;

/// <summary>
/// A model as its file's metadata says it, without Torch. From a file to layers and weights:
/// <code>
/// using var file = SafetensorsFile.Open(path);
/// var model = SavedModel.Read(file);         // format, version, JSON and limits are sound
/// model.CheckWeights(file);                  // the layers fit each other and the input; the file has their weights and no others
/// var shape = model.InputShape;
/// foreach (var layer in model.Network.Layers)        // LstmSettings, DenseSettings, ...; those inside others are their Inner
/// {
///     var names = WeightSpec.Below(layer.Name!, layer.Weights(shape));        // kernel, recurrent_kernel, bias; in Keras's layouts
///     foreach (var weight in names)
///     {
///         var entry = file.Tensors.First(tensor => tensor.Name == weight.FileName);        // lstm_1.kernel
///         file.Read(entry, 0, bytes);                                                      // of entry.Type: F32, or F64, F16, BF16
///     }
///     shape = layer.OutputShape(shape, layer.Title);
/// }
/// </code>
/// A layer in a model's file has its name; <c>model.Network.Weights(model.InputShape)</c> has the weights of all layers in one go.
/// </summary>
/// <param name="Network">The layers.</param>
/// <param name="InputShape">What it is built for, samples first; null where a length may vary.</param>
/// <param name="Type">The floating-point type of its weights when it was saved.</param>
/// <param name="Frozen">The parameters that are not trained, by their names in TorchSharp's modules.</param>
/// <param name="Extras">What the user gave it to carry.</param>
internal sealed record SavedModel(
    LayerSettings Network, Shape InputShape, SafetensorsType Type, IReadOnlyList<string> Frozen, ModelExtras Extras)
{
    internal const string ModelKey = "model";

    /// <summary>
    /// How many layers a file's model may have, those inside others included, so that a small file can't ask for a large one.
    /// </summary>
    internal const int MostLayers = 10_000;

    private const string ExtrasKey = "extras";

    /// <summary>The metadata that says the same of a model.</summary>
    /// <exception cref="InvalidOperationException">It is longer than what is read.</exception>
    internal IEnumerable<KeyValuePair<string, string>> Metadata()
    {
        var settings = new ModelSettings { InputShape = [.. InputShape], Dtype = Type, Frozen = Frozen, Network = Network };
        yield return new(ModelKey, StrictJson.Write(settings, SavedJson.Settings));
        if (!Extras.IsEmpty)
        {
            yield return new(ExtrasKey, StrictJson.Write(Extras.Settings(), SavedJson.Settings));
        }
    }

    /// <summary>Reads the metadata of a model's file; the weights are checked by <see cref="CheckWeights"/>.</summary>
    /// <exception cref="InvalidDataException">The file has no model, or one of another version, or what it says is not sound.</exception>
    internal static SavedModel Read(SafetensorsFile file)
    {
        CheckVersion(file);
        var settings = StrictJson.Read<ModelSettings>(file.Path, ModelKey, Text(file, ModelKey), SavedJson.Settings);
        if (settings.Dtype == SafetensorsType.I64)
        {
            throw Wrong(file, "'dtype' is I64, expected a floating-point type");
        }
        if (settings.Frozen.Contains(null!))
        {
            throw Wrong(file, "'frozen' has null, expected texts");
        }
        if (settings.Network is not (SequentialSettings or FunctionalSettings))
        {
            throw Wrong(file, "'network' is neither Sequential nor Functional");
        }
        var network = settings.Network;
        CheckLayers(file.Path, network);
        var extras = !file.Metadata.TryGetValue(ExtrasKey, out var text) ? new ModelExtras() : ModelExtras.Of(
            StrictJson.Read<ExtrasSettings>(file.Path, ExtrasKey, text, SavedJson.Settings),
            what => StrictJson.Wrong(file.Path, [ExtrasKey], what));
        try
        {
            return new SavedModel(network, new Shape(settings.InputShape), settings.Dtype, settings.Frozen, extras);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{file.Path}: in its {ModelKey}: {error.Message}", error);
        }
    }

    /// <summary>Throws unless the layers can follow one another on the input, and the file has their weights and no others.</summary>
    internal void CheckWeights(SafetensorsFile file)
    {
        List<WeightSpec> expected;
        try
        {
            _ = Network.OutputShape(InputShape, Network.Title);
            expected = [.. Network.Weights(InputShape)];
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or ArithmeticException)
        {
            throw new InvalidDataException($"{file.Path}: its '{ModelKey}' is no model that could be built for input of shape "
                + $"{InputShape}: {error.Message}", error);
        }
        FileFormat.CheckWeights("its own architecture", file, expected);
    }

    internal static string Text(SafetensorsFile file, string key) =>
        file.Metadata.GetValueOrDefault(key) ?? throw new InvalidDataException($"{file.Path}: its metadata has no '{key}'. The file is "
            + $"damaged; save it again.");

    /// <summary>Throws where there are too many layers, or nothing in the place of one.</summary>
    internal static void CheckLayers(string file, LayerSettings network)
    {
        var left = new Stack<LayerSettings>([network]);
        for (var count = 1; left.TryPop(out var layer); count++)
        {
            if (layer is null)
            {
                throw StrictJson.Wrong(file, [ModelKey], "a layer is null, expected an object");
            }
            if (count > MostLayers)
            {
                throw StrictJson.Wrong(file, [ModelKey], $"the model has more than {MostLayers} layers");
            }
            if (layer is FunctionalSettings graph
                && (graph.Inputs.Contains(null!) || graph.Calls.Contains(null!) || graph.Calls.Any(call => call.Inputs.Count == 0)))
            {
                throw StrictJson.Wrong(file, [ModelKey], "a graph has an input or a call that is null, or a call without inputs");
            }
            foreach (var inner in layer.Inner)
            {
                left.Push(inner);
            }
        }
    }

    private static InvalidDataException Wrong(SafetensorsFile file, string what) => StrictJson.Wrong(file.Path, [ModelKey], what);

    private static void CheckVersion(SafetensorsFile file)
    {
        var format = file.Metadata.GetValueOrDefault(FileFormat.FormatKey);
        if (format != FileFormat.OfModels)
        {
            throw new InvalidDataException(
                $"{file.Path} is a safetensors file without a model in it: its format is "
                    + $"{(format is null ? "not said" : $"'{format}'")}, expected '{FileFormat.OfModels}'. It has weights alone: make "
                    + $"the model in code, build it, and call LoadWeights.");
        }
        var version = file.Metadata.GetValueOrDefault(FileFormat.VersionKey);
        if (version != FileFormat.Version)
        {
            var writer = file.Metadata.GetValueOrDefault(FileFormat.LibraryKey) ?? "of an unknown version";
            throw new InvalidDataException(
                $"{file.Path} has the format version '{version}', written by EchoLstm {writer}; this is EchoLstm "
                    + $"{FileFormat.LibraryVersion}, which reads '{FileFormat.Version}'. Use a version of the library that knows it.");
        }
    }
}
