using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace EchoLstm.Tests.Interop;

/// <summary>An array as Keras writes it: its name below the layer, its numbers and its shape.</summary>
internal sealed record KerasArray(string Name, float[] Values, params long[] Shape)
{
    /// <summary>A weight of the library, in Keras's layout as it is.</summary>
    internal static KerasArray Of(string name, Array weight) => new(
        name,
        [.. weight.Values().Select(value => (float)value)],
        [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]);
}

/// <summary>A layer as Keras writes it.</summary>
/// <param name="Class">Keras's class.</param>
/// <param name="Name">Its name.</param>
/// <param name="Config">Its configuration, without the name.</param>
/// <param name="Arrays">Its arrays, in order; with slashes where they are in layers inside.</param>
internal sealed record KerasLayer(string Class, string Name, string Config, params KerasArray[] Arrays)
{
    internal JsonObject Json(string? module = null)
    {
        var config = (JsonObject)JsonNode.Parse(Config)!;
        config["name"] = Name;
        var json = new JsonObject { ["class_name"] = Class, ["config"] = config };
        if (module is not null)
        {
            json["module"] = module;
            json["registered_name"] = null;
        }
        return json;
    }
}

/// <summary>Writes models in each of Keras's layouts, with the oddities that real files have.</summary>
internal static class KerasWriter
{
    /// <summary>The configuration of a Sequential: a list up to Keras 2.2.3, an object since.</summary>
    internal static string Sequential(IEnumerable<KerasLayer> layers, bool isList = false, string? module = null)
    {
        var list = new JsonArray([.. layers.Select(layer => (JsonNode)layer.Json(module))]);
        var json = new JsonObject
        {
            ["class_name"] = "Sequential",
            ["config"] = isList ? list : new JsonObject { ["name"] = "sequential_1", ["layers"] = list },
        };
        if (module is not null)
        {
            json["module"] = "keras";
            json["registered_name"] = null;
        }
        return json.ToJsonString();
    }

    /// <summary>The layers' groups in an HDF5 file of Keras 1 and 2.</summary>
    internal static void Legacy(Hdf5Node group, IReadOnlyList<KerasLayer> layers, string? version, bool areOfOneLength = true, string? backend = "tensorflow")
    {
        group.Texts("layer_names", [.. layers.Select(layer => layer.Name)], areOfOneLength);
        if (version is not null)
        {
            group.Text("keras_version", version);
        }
        if (backend is not null)
        {
            group.Text("backend", backend);
        }
        foreach (var layer in layers)
        {
            var own = group.Group(layer.Name);
            // The folder in between counts on in Keras's own way.
            List<string> names = [.. layer.Arrays.Select(array => $"{layer.Name}_7/{array.Name}:0")];
            own.Texts("weight_names", names, areOfOneLength);
            foreach (var (array, name) in layer.Arrays.Zip(names))
            {
                _ = own.Array(name, array.Values, array.Shape);
            }
        }
    }

    /// <summary>A whole model in HDF5.</summary>
    internal static Hdf5Node Whole(IReadOnlyList<KerasLayer> layers, string? version, bool isList = false, bool areOfOneLength = true, string? training = null, string? config = null, string? backend = "tensorflow")
    {
        var root = new Hdf5Node();
        root.Text("model_config", config ?? Sequential(layers, isList, version?.StartsWith("3.", StringComparison.Ordinal) == true ? "keras.layers" : null));
        if (version is not null)
        {
            root.Text("keras_version", version);
        }
        if (training is not null)
        {
            root.Text("training_config", training);
        }
        Legacy(root.Group("model_weights"), layers, version, areOfOneLength, backend);
        return root;
    }

    /// <summary>The weights of Keras 3: groups by class and counter, the real names as attributes.</summary>
    internal static Hdf5Node Keras3Weights(IReadOnlyList<KerasLayer> layers, bool hasNames = true)
    {
        var root = new Hdf5Node();
        var counters = new Dictionary<string, int>();
        foreach (var layer in layers.Where(layer => layer.Class != "InputLayer"))
        {
            var kind = Keras3Name(layer.Class);
            var count = counters[kind] = counters.GetValueOrDefault(kind, -1) + 1;
            var own = root.Group(count == 0 ? $"layers/{kind}" : string.Create(CultureInfo.InvariantCulture, $"layers/{kind}_{count}"));
            if (hasNames)
            {
                own.Group("vars").Text("name", layer.Name);
            }
            var places = new Dictionary<string, int>();
            foreach (var array in layer.Arrays)
            {
                var inner = Keras3Folder(layer.Class, array.Name);
                var place = places[inner] = places.GetValueOrDefault(inner, -1) + 1;
                _ = own.Array(string.Create(CultureInfo.InvariantCulture, $"{inner}vars/{place}"), array.Values, array.Shape);
            }
            _ = own.Group("vars");
        }
        root.Group("optimizer/vars").Array("0", [1, 2], 2);
        return root;
    }

    private static string Keras3Folder(string kind, string name) => kind switch
    {
        "LSTM" or "GRU" or "SimpleRNN" => "cell/",
        "Bidirectional" => name.StartsWith("forward", StringComparison.Ordinal) ? "forward_layer/cell/" : "backward_layer/cell/",
        "TimeDistributed" => "layer/",
        _ => "",
    };

    private static string Keras3Name(string kind) => kind switch
    {
        "BatchNormalization" => "batch_normalization",
        "LayerNormalization" => "layer_normalization",
        "TimeDistributed" => "time_distributed",
        "SimpleRNN" => "simple_rnn",
        "PReLU" => "p_re_lu",
        _ => kind.ToLowerInvariant(),
    };

    /// <summary>A .keras file.</summary>
    internal static byte[] Keras3(IReadOnlyList<KerasLayer> layers, string version = "3.9.2", string? config = null, byte[]? weights = null) => Zip(
        ("metadata.json", Encoding.UTF8.GetBytes($$"""{"keras_version": "{{version}}", "date_saved": "2025-05-22@20:29:16"}""")),
        ("config.json", Encoding.UTF8.GetBytes(config ?? Sequential(layers, module: "keras.layers"))),
        ("model.weights.h5", weights ?? Hdf5Writer.Write(Keras3Weights(layers))));

    internal static byte[] Zip(params (string Name, byte[] Bytes)[] entries) => Zip(CompressionLevel.NoCompression, entries);

    internal static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    /// <summary>TensorFlow.js: model.json, and its numbers in two files, layers in any order.</summary>
    internal static void TensorFlowJs(TemporaryFolder folder, IReadOnlyList<KerasLayer> layers, string shard = "./group1-shard1of2.bin")
    {
        var weights = new JsonArray();
        var bytes = new List<byte>();
        foreach (var layer in layers.Reverse())
        {
            foreach (var array in layer.Arrays)
            {
                weights.Add(new JsonObject
                {
                    ["name"] = $"{layer.Name}/{array.Name}",
                    ["shape"] = new JsonArray([.. array.Shape.Select(length => (JsonNode)length)]),
                    ["dtype"] = "float32",
                });
                bytes.AddRange(array.Values.SelectMany(BitConverter.GetBytes));
            }
        }
        // Files end where they like.
        var first = (bytes.Count / 2) - 1;
        File.WriteAllBytes(folder.File("group1-shard1of2.bin"), bytes[..first].ToArray());
        File.WriteAllBytes(folder.File("group1-shard2of2.bin"), bytes[first..].ToArray());
        var model = new JsonObject
        {
            ["format"] = "layers-model",
            ["modelTopology"] = new JsonObject { ["keras_version"] = "2.4.0", ["model_config"] = JsonNode.Parse(Sequential(layers)) },
            ["weightsManifest"] = new JsonArray(new JsonObject
            {
                ["paths"] = new JsonArray(shard, "group1-shard2of2.bin"),
                ["weights"] = weights,
            }),
        };
        File.WriteAllText(folder.File("model.json"), model.ToJsonString());
    }
}
