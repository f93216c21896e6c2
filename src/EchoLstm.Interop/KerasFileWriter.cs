using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;
using PureHDF;

namespace EchoLstm.Interop;

/// <summary>
/// A model as a file of Keras: a <c>.keras</c> as Keras 3 lays it out, or an <c>.h5</c> as tf.keras 2 does. Weights are written one by one.
/// </summary>
internal sealed class KerasFileWriter
{
    // Keras splits what is longer; a text takes 16 bytes.
    private const int MostTexts = 64512 / 16;

    private readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(H5Dataset<float[]> Array, LayerWeight Weight)> _arrays = [];
    private readonly H5File _file = new();

    private KerasFileWriter()
    {
    }

    /// <summary>Writes the model.</summary>
    /// <exception cref="NotSupportedException">It has what Keras does not have.</exception>
    internal static void Write(Model model, string path, KerasVersion version)
    {
        var config = new KerasConfig(version).Of(model);
        var training = KerasTraining.ConfigOf(model, version);
        var writer = new KerasFileWriter();
        if (version.IsKeras3)
        {
            if (training is not null)
            {
                config["compile_config"] = training;
            }
            writer.AddKeras3(writer._file, model);
            AtomicFile.Write(path, stream => writer.WriteZip(stream, config, version));
        }
        else
        {
            writer.AddLegacy(model, config, training, version);
            AtomicFile.Write(path, writer.WriteHdf5);
        }
    }

    private void WriteZip(Stream stream, JsonObject config, KerasVersion version)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var saved = DateTime.UtcNow.ToString("yyyy-MM-dd@HH:mm:ss", CultureInfo.InvariantCulture);
        Add("metadata.json", entry => JsonSerializer.Serialize(
            entry, new JsonObject { ["keras_version"] = version.Text, ["date_saved"] = saved }, _json));
        Add("config.json", entry => JsonSerializer.Serialize(entry, config, _json));
        // HDF5 is not written from its first byte to its last.
        using var weights = new FileStream(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        WriteHdf5(weights);
        weights.Position = 0;
        Add("model.weights.h5", weights.CopyTo);

        void Add(string name, Action<Stream> write)
        {
            var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
            // As in Keras: the day is in the metadata.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var open = entry.Open();
            write(open);
        }
    }

    private void WriteHdf5(Stream stream)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        using var writer = _file.BeginWrite(stream);
        foreach (var (array, weight) in _arrays)
        {
            using var value = weight.Value();
            writer.Write(array, value.cpu().contiguous().data<float>().ToArray());
        }
    }

    private H5Dataset<float[]> Array(LayerWeight weight)
    {
        using var value = weight.Value();
        var array = new H5Dataset<float[]>([.. value.shape.Select(length => (ulong)length)]);
        _arrays.Add((array, weight));
        return array;
    }

    // Groups are called by class and counter, arrays by numbers.
    private void AddKeras3(H5Group group, Layer layer)
    {
        var own = Vars(group, KerasConfig.NameOf(layer));
        switch (layer)
        {
            case Model model:
                var layers = new H5Group();
                group["layers"] = layers;
                var counters = new Dictionary<string, int>();
                foreach (var row in model is FunctionalModel graph ? graph.Graph.Rows : model.Layers)
                {
                    var name = Layer.SnakeCase(row is Layer below ? below.Settings.KerasClass : "InputLayer");
                    var count = counters[name] = counters.GetValueOrDefault(name, -1) + 1;
                    var next = new H5Group();
                    layers[count == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{count}")] = next;
                    if (row is Layer inner)
                    {
                        AddKeras3(next, inner);
                    }
                    else
                    {
                        Vars(next, ((Input)row).Name);
                    }
                }
                break;
            case Bidirectional both:
                AddBelow("forward_layer", both.Forward);
                AddBelow("backward_layer", both.Backward);
                break;
            case TimeDistributed wrapper:
                AddBelow("layer", wrapper.InnerLayer);
                break;
            case MultiHeadAttention:
                foreach (var (name, weights) in Keras3Weights.Projections.Zip(layer.Weights.GroupBy(weight => weight.Name.Split('/')[0])))
                {
                    var projection = new H5Group();
                    group[name] = projection;
                    AddArrays(Vars(projection, weights.Key), weights);
                }
                break;
            case RecurrentLayer:
                var cell = new H5Group();
                group["cell"] = cell;
                AddArrays(Vars(cell, $"{Layer.SnakeCase(layer.Settings.KerasClass)}_cell"), layer.Weights);
                break;
            default:
                AddArrays(own, layer.Weights);
                break;
        }

        void AddBelow(string name, Layer inner)
        {
            var next = new H5Group();
            group[name] = next;
            AddKeras3(next, inner);
        }
    }

    private static H5Group Vars(H5Group group, string name)
    {
        var vars = new H5Group();
        vars.Attributes["name"] = name;
        group["vars"] = vars;
        return vars;
    }

    private void AddArrays(H5Group vars, IEnumerable<LayerWeight> weights)
    {
        foreach (var (weight, i) in weights.Select((weight, i) => (weight, i)))
        {
            vars[i.ToString(CultureInfo.InvariantCulture)] = Array(weight);
        }
    }

    // A group a layer, its arrays in the order that Keras trains them in: those that it does not train come last.
    private void AddLegacy(Model model, JsonObject config, JsonObject? training, KerasVersion version)
    {
        Identify(_file);
        _file.Attributes["model_config"] = config.ToJsonString(_json);
        if (training is not null)
        {
            _file.Attributes["training_config"] = training.ToJsonString(_json);
        }
        var groups = new H5Group();
        _file["model_weights"] = groups;
        Identify(groups);
        var rows = model is FunctionalModel graph ? graph.Graph.Rows : model.Layers;
        AddTexts(groups, "layer_names", [.. rows.Select(row => row is Layer layer ? layer.Name : ((Input)row).Name)]);
        foreach (var row in rows)
        {
            var group = new H5Group();
            groups[row is Layer named ? named.Name : ((Input)row).Name] = group;
            if (row is Layer layer)
            {
                List<bool> areTrained = [.. WeightHolder.TrainedOf(layer.Settings, [layer.InputShape!], model.Trainable)];
                AddArraysByName(
                    group,
                    layer.Name,
                    [.. layer.Weights.Where((_, i) => areTrained[i]), .. layer.Weights.Where((_, i) => !areTrained[i])]);
            }
            else
            {
                AddTexts(group, "weight_names", []);
            }
        }
        var top = new H5Group();
        groups["top_level_model_weights"] = top;
        AddTexts(top, "weight_names", []);

        void Identify(H5Group group)
        {
            group.Attributes["keras_version"] = version.Text!;
            group.Attributes["backend"] = "tensorflow";
        }
    }

    private void AddArraysByName(H5Group group, string layer, IReadOnlyList<LayerWeight> weights)
    {
        AddTexts(group, "weight_names", [.. weights.Select(weight => $"{layer}/{weight.Name}:0")]);
        foreach (var weight in weights)
        {
            // A name with slashes is a path of groups.
            string[] steps = [layer, .. $"{weight.Name}:0".Split('/')];
            var below = group;
            foreach (var step in steps[..^1])
            {
                if (!below.TryGetValue(step, out var next))
                {
                    next = below[step] = new H5Group();
                }
                below = (H5Group)next;
            }
            below[steps[^1]] = Array(weight);
        }
    }

    // None are an empty list of numbers, as NumPy makes of them; many are split.
    private static void AddTexts(H5Group group, string name, string[] texts)
    {
        if (texts.Length <= MostTexts)
        {
            group.Attributes[name] = texts.Length == 0 ? System.Array.Empty<double>() : texts;
            return;
        }
        foreach (var (part, i) in texts.Chunk(MostTexts).Select((part, i) => (part, i)))
        {
            group.Attributes[string.Create(CultureInfo.InvariantCulture, $"{name}{i}")] = part;
        }
    }
}
