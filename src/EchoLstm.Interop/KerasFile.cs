using System.Text.Json;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Models.Saving;
using EchoLstm.Saving;

namespace EchoLstm.Interop;

/// <summary>Reads models and weights that Keras, tf.keras or TensorFlow.js wrote, with the numbers that they give.</summary>
/// <remarks>
/// What would change a prediction and is not known is refused by name; nothing in a file is run or unpickled, and no other file is read
/// than those named and, for TensorFlow.js, those beside <c>model.json</c> that it lists. docs/keras.md says what is read.
/// </remarks>
public static class KerasFile
{
    /// <summary>Loads a model (Keras's <c>load_model</c>), on the CPU.</summary>
    /// <param name="path">The model: a <c>.keras</c> of Keras 3; an <c>.h5</c> or <c>.hdf5</c> of a whole model, of Keras 1.0 to 3 or
    /// tf.keras; TensorFlow.js's <c>model.json</c>, with its files beside it; or the JSON of <c>to_json</c>, with weights in a file of
    /// their own. What it is, its contents tell.</param>
    /// <param name="weights">The file of the weights, <c>.h5</c> or <c>.weights.h5</c>, where <paramref name="path"/> is a JSON without
    /// them. <value>null: the one beside it that is named like it or like <c>model</c>, or <c>weights.h5</c></value></param>
    /// <returns>The model, built, and compiled where its loss and optimiser are the library's; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or has other weights than its layers, or NaN or
    /// infinities among them.</exception>
    /// <exception cref="NotSupportedException">The model has a layer, a setting or a form of file that is not read; the message names it
    /// and says what can be done.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <example><code>
    /// using var model = KerasFile.Load("model.keras");
    /// var output = model.Predict&lt;float[,]&gt;(x);
    /// </code></example>
    public static Model Load(string path, string? weights = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (weights is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(weights);
        }
        using var stream = OpenRead(path);
        return Soundly(path, () => Start(stream) switch
        {
            FileStart.Zip => LoadZip(stream, path),
            FileStart.Hdf5 => LoadHdf5(stream, path, weights),
            FileStart.Json => LoadJson(stream, path, weights),
            _ => throw Unknown(stream, path),
        });
    }

    /// <summary>Loads weights alone into a model that was made in code (Keras's <c>load_weights</c>): layer by layer in order, checked by
    /// shape; all or none.</summary>
    /// <param name="model">The model, built; layers without weights in Keras don't count. Of a graph the layers are in Keras's order, that
    /// of its summary; where the file has all of their names, the names decide.</param>
    /// <param name="path">The weights: <c>.h5</c> of <c>save_weights</c>, <c>.weights.h5</c> of Keras 3, or the weights in an <c>.h5</c> or
    /// a <c>.keras</c> of a whole model. Those of CuDNN's layers fit too.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread uses it.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or does not fit: the message lists all that is missing,
    /// left over or of another shape, or names the first number that is NaN or infinite. Nothing was changed.</exception>
    /// <exception cref="NotSupportedException">The file has a form that is not read, or the model has a TorchSharp module.</exception>
    /// <exception cref="IOException">Reading failed. Nothing was changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <example><code>
    /// using var model = new SequentialModel(new Lstm(32), new Dense(1));
    /// model.Build(24, 3);
    /// KerasFile.LoadWeights(model, "model.weights.h5");
    /// </code></example>
    public static void LoadWeights(Model model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var change = model.Guard.Change(nameof(LoadWeights));
        if (model is FunctionalModel)
        {
            model.ThrowIfNotBuilt("take weights");
        }
        if (!model.IsBuilt)
        {
            throw new InvalidOperationException(
                $"{model.Title} is not built yet, so that it has no weights to load into. Call Build with the shape of one sample, e.g. "
                    + $"model.Build(5, 1).");
        }
        using var stream = OpenRead(path);
        Soundly(path, () =>
        {
            var start = Start(stream);
            using var zip = start == FileStart.Zip ? KerasZip.Open(stream, path) : null;
            using var file = zip?.Weights() ?? (start == FileStart.Hdf5 ? Hdf5File.Open(stream, path) : throw Unknown(stream, path));
            var network = LayerMapping.SettingsOf(model);
            var source = SourceOf(file);
            Write(model, Ready(network, model.InputShape!, source, IsTheano(source), byName: false, path));
            return 0;
        });
        model.ResetStates();
    }

    /// <summary>Writes the model for Keras (Keras's <c>model.save</c>): a <c>.keras</c> as Keras 3 lays it out, or an <c>.h5</c> as tf.keras
    /// 2.15 does. What the optimiser remembers, and the states that a stateful model carries, are not written.</summary>
    /// <param name="model">The model, built, with weights of float32. Where it is compiled with a loss and an optimiser that Keras has, so
    /// is the file's.</param>
    /// <param name="path">The file, which ends in <c>.keras</c>, <c>.h5</c> or <c>.hdf5</c>; a missing folder is made, and a file that is
    /// there is replaced when the new one is complete.</param>
    /// <exception cref="ArgumentException">The path is empty, or has another ending.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, its weights are not float32 or not finite, or another thread
    /// changes it.</exception>
    /// <exception cref="NotSupportedException">It has a layer or a setting that this version of Keras does not have; the message names it.
    /// Nothing was written.</exception>
    /// <exception cref="IOException">The folder can't be made, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    /// <example><code>
    /// KerasFile.Save(model, "model.keras");        // in Python: keras.saving.load_model("model.keras")
    /// </code></example>
    public static void Save(Model model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var version = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".keras" => KerasVersion.OfZip,
            ".h5" or ".hdf5" => KerasVersion.OfHdf5,
            _ => throw new ArgumentException(
                $"'{path}' does not say which of Keras's formats to write. End it in .keras for Keras 3, or in .h5 for tf.keras 2.",
                nameof(path)),
        };
        using var use = model.Guard.Read(nameof(Save));
        model.ThrowIfNotBuilt("be saved");
        model.ThrowIfPartDisposed();
        if (model.parameters().FirstOrDefault(parameter => parameter.dtype != ScalarType.Float32) is { } other)
        {
            throw new InvalidOperationException($"{model.Title} has weights of {other.dtype}, and float32 is written for Keras. Convert it "
                + $"first, model.to(torch.float32).");
        }
        WeightFile.CheckFinite(model);
        KerasFileWriter.Write(model, path, version);
    }

    private enum FileStart
    {
        Other,
        Hdf5,
        Zip,
        Json,
    }

    private static FileStream OpenRead(string path) =>
        File.Exists(path) ? File.OpenRead(path) : throw new FileNotFoundException(
            Directory.Exists(path)
                ? $"{path} is a folder. Give the file in it: model.json, config.json, or what ends in .keras or .h5; a SavedModel of "
                    + $"TensorFlow is not read."
                : $"There is no file {path}.",
            path);

    private static FileStart Start(FileStream stream)
    {
        Span<byte> start = stackalloc byte[64];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        return start.StartsWith(Hdf5File.Signature) ? FileStart.Hdf5
            : start.StartsWith("PK\x03\x04"u8) ? FileStart.Zip
            : start.TrimStart("\uFEFF \t\r\n"u8).StartsWith("{"u8) ? FileStart.Json
            : FileStart.Other;
    }

    private static InvalidDataException Unknown(FileStream stream, string path)
    {
        Span<byte> start = new byte[FileSignature.Looked];
        stream.Position = 0;
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return new InvalidDataException($"{path} is no file of Keras that is read here: it looks like "
            + $"{FileSignature.Describe(start, stream.Length).Looks}. Give a .keras, an .h5, TensorFlow.js's model.json, or the JSON "
            + $"of to_json with its weights.");
    }

    // Whatever a damaged file leads to is said to be that.
    private static T Soundly<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or ArithmeticException or InvalidOperationException
            or FormatException or KeyNotFoundException or EndOfStreamException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path}: {error.Message} The file is damaged, or nothing that Keras wrote.", error);
        }
        catch (InvalidDataException error) when (!error.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: {error.Message} The file is damaged or incomplete.", error);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> text, string path, string what)
    {
        var start = text.Span.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? 3 : 0;
        if (text.Length > StrictJson.LongestText)
        {
            throw new InvalidDataException($"{path}: its {what} is longer than any.");
        }
        try
        {
            return JsonDocument.Parse(text[start..]);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: its {what} is no JSON: {error.Message} The file is damaged or incomplete.", error);
        }
    }

    private static Model LoadZip(FileStream stream, string path)
    {
        using var zip = KerasZip.Open(stream, path);
        using var config = Parse(
            zip.Text("config.json") ?? throw new InvalidDataException($"{path} is a zip without 'config.json', and so no model of Keras."),
            path,
            "config.json");
        using var metadata = zip.Text("metadata.json") is { } text ? Parse(text, path, "metadata.json") : null;
        var version = metadata is null ? null : new KerasPart(metadata.RootElement, path, "metadata.json").Text("keras_version");
        var network = KerasNetwork.Read(config.RootElement, path, version, null);
        using var file = zip.Weights();
        return Make(network, SourceOf(file), path, Find(config.RootElement, "compile_config"));
    }

    private static Model LoadHdf5(FileStream stream, string path, string? weights)
    {
        using var file = Hdf5File.Open(stream, path);
        var text = file.Root.Text("model_config") ?? throw new InvalidDataException(
            $"{path} has weights without a model. Give the JSON of to_json and this file, KerasFile.Load(\"config.json\", \"{path}\"), or "
                + $"make the model in code and call KerasFile.LoadWeights(model, \"{path}\").");
        if (weights is not null)
        {
            throw new InvalidDataException($"{path} has a model with its weights; load those of {weights} by KerasFile.LoadWeights.");
        }
        using var config = Parse(System.Text.Encoding.UTF8.GetBytes(text), path, "model_config");
        var stored = new LegacyWeights(file.Root.Group("model_weights") ?? throw file.Damaged("there is no group 'model_weights'"));
        var network = KerasNetwork.Read(
            config.RootElement,
            path,
            file.Root.Text("keras_version") ?? stored.Version,
            stored.Backend);
        using var training = file.Root.Text("training_config") is { } said ? TryParse(said) : null;
        return Make(network, stored, path, training?.RootElement ?? Find(config.RootElement, "compile_config"));
    }

    private static Model LoadJson(FileStream stream, string path, string? weights)
    {
        if (stream.Length > StrictJson.LongestText)
        {
            throw new InvalidDataException($"{path} is longer than any model's JSON.");
        }
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        using var json = Parse(bytes, path, "text");
        var root = json.RootElement;
        if (Find(root, "modelTopology") is { } topology)
        {
            if (Find(root, "format") is { ValueKind: JsonValueKind.String } format && format.GetString() != "layers-model")
            {
                throw new NotSupportedException($"{path}: it is a '{format.GetString()}' of TensorFlow.js, which has no layers, and "
                    + $"layers-model is read. Convert the Keras model anew with tensorflowjs_converter --output_format=tfjs_layers_model.");
            }
            var model = Find(topology, "model_config") ?? topology;
            var version = Find(topology, "keras_version") is { ValueKind: JsonValueKind.String } said ? said.GetString() : null;
            return Make(
                KerasNetwork.Read(model, path, version, null),
                new TensorFlowJsWeights(new KerasPart(root, path, "model.json")),
                path,
                Find(topology, "training_config") ?? Find(root, "trainingConfig"));
        }
        var beside = weights ?? Beside(path) ?? throw new InvalidDataException(
            $"{path} is a model without weights, and there are none beside it. Give their file: KerasFile.Load(\"{path}\", "
                + $"\"model.weights.h5\").");
        using var open = OpenRead(beside);
        if (Start(open) != FileStart.Hdf5)
        {
            throw Unknown(open, beside);
        }
        using var file = Hdf5File.Open(open, beside);
        var source = SourceOf(file);
        var legacy = source as LegacyWeights;
        return Make(
            KerasNetwork.Read(root, path, legacy?.Version, legacy?.Backend), source, beside, Find(root, "compile_config"));
    }

    private static string? Beside(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var name = Path.GetFileNameWithoutExtension(path);
        return new[] { $"{name}.weights.h5", $"{name}.h5", "model.weights.h5", "model.h5", "weights.h5" }
            .Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    private static JsonElement? Find(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static JsonDocument? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            // It only trains.
            return null;
        }
    }

    private static WeightSource SourceOf(Hdf5File file)
    {
        if (Keras3Weights.IsIn(file.Root))
        {
            return new Keras3Weights(file.Root);
        }
        var group = file.Root.Group("model_weights") ?? file.Root;
        return group.Texts("layer_names") is not null ? new LegacyWeights(group) : throw new InvalidDataException(
            $"{file.Path} is an HDF5 file but has no weights of Keras: neither the attribute 'layer_names' nor a group 'layers'.");
    }

    private static bool IsTheano(WeightSource source) => source is LegacyWeights { Backend: "theano" };

    private static List<(WeightSpec Spec, float[] Numbers)> Ready(
        LayerSettings network, Shape input, WeightSource source, bool theano, bool byName, string path)
    {
        var conversion = new WeightConversion(path, theano);
        var ready = source.Assign(network, input, byName, conversion.Fault)
            .SelectMany(layer => conversion.Convert(layer.Holder, layer.Arrays)).ToList();
        conversion.ThrowIfFaulty();
        // One array that is promised to many would become many.
        if (ready.SelectMany(weight => weight.From).Sum(array => array.Bytes) > source.Length)
        {
            throw new InvalidDataException(
                $"{path}: its weights have more bytes than the file: several share one place. The file is damaged.");
        }
        return [.. ready.Select(weight =>
        {
            var numbers = weight.Read();
            FileFormat.CheckFinite(path, weight.Spec, numbers);
            return (weight.Spec, numbers);
        })];
    }

    private static Model Make(KerasNetwork network, WeightSource source, string path, JsonElement? training)
    {
        var settings = network.Model;
        var numbers = Ready(settings, network.Input, source, network.IsTheano || IsTheano(source), byName: true, path);
        NativeTorch.Load();
        var model = (Model)LayerMapping.Make(settings, path, "model");
        try
        {
            // Whatever would be drawn is overwritten at once; what draws later has a generator of its own.
            model.Build(network.Input, SeededRandom.Blank);
            var random = new SeededRandom(Random.Shared.Next());
            foreach (var layer in model.modules().OfType<Layer>().Append(model).Where(layer => layer.Generator is not null))
            {
                layer.Generator = random;
            }
            Write(model, numbers);
            if (training is { } config)
            {
                KerasTraining.Compile(model, config, path, network.Obstacles);
            }
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void Write(Model model, List<(WeightSpec Spec, float[] Numbers)> numbers)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var weights = model.Weights;
        // A graph's layers may be in another order than the file's.
        var byName = numbers.ToDictionary(weight => weight.Spec.Name);
        if (weights.Count != byName.Count || !weights.All(weight => byName.ContainsKey(weight.Name)))
        {
            throw new InvalidOperationException($"{model.Title} has {weights.Count} weights where its settings say {numbers.Count}.");
        }
        foreach (var weight in weights)
        {
            var (spec, values) = byName[weight.Name];
            weight.Write(tensor(values, spec.Shape));
        }
    }
}
