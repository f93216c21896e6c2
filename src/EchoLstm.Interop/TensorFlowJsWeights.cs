using System.Collections.Immutable;
using System.Text.Json;
using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>
/// TensorFlow.js: <c>model.json</c> lists names, shapes and the files beside it that have the numbers, one behind the other. Layers are
/// found by name: the order is any.
/// </summary>
internal sealed class TensorFlowJsWeights : WeightSource
{
    // Within a layer, as Keras has them.
    private static readonly ImmutableArray<string> Order =
        ["embeddings", "gamma", "beta", "moving_mean", "moving_variance", "kernel", "recurrent_kernel", "bias", "alpha"];

    // Within a MultiHeadAttention, whose layers have each a kernel and a bias.
    private static readonly ImmutableArray<string> Projections = ["query", "key", "value", "attention_output"];

    private readonly Dictionary<string, List<StoredArray>> _byLayer = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">It is damaged, or its files are.</exception>
    internal TensorFlowJsWeights(KerasPart model)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(model.File))!;
        foreach (var (item, i) in (model.Items("weightsManifest") ?? throw model.Lacks("weightsManifest")).Select((item, i) => (item, i)))
        {
            var group = new KerasPart(
                item, model.File, string.Create(CultureInfo.InvariantCulture, $"weightsManifest, group {i}"));
            var shards = (group.Items("paths") ?? throw group.Lacks("paths")).Select(path => Shard(group, folder, path)).ToList();
            var offset = 0L;
            foreach (var weight in group.Items("weights") ?? throw group.Lacks("weights"))
            {
                offset = Add(new KerasPart(weight, model.File, group.Place), shards, offset);
            }
            var length = shards.Sum(shard => shard.Length);
            if (offset != length)
            {
                throw group.Wrong(string.Create(
                    CultureInfo.InvariantCulture, $"its weights take {offset} bytes, and its files have {length}"));
            }
            Length += length;
        }
    }

    internal override long Length { get; }

    internal override IEnumerable<(WeightHolder Holder, IReadOnlyList<StoredArray> Arrays)> Assign(
        LayerSettings model, Shape input, bool byName, Action<string> faults)
    {
        var left = _byLayer.ToDictionary();
        var given = WeightHolder.Of(model, input)
            .Select(holder => (Holder: holder, Arrays: left.Remove(holder.Layer.Name!, out var arrays) ? arrays : [])).ToList();
        foreach (var (name, arrays) in left)
        {
            faults($"the file has weights for a layer '{name}' ({arrays.Count.ToString(CultureInfo.InvariantCulture)} arrays), which the "
                + $"model does not have");
        }
        return given.Select(layer => (layer.Holder, (IReadOnlyList<StoredArray>)[.. layer.Arrays.OrderBy(Rank)]));
    }

    private static int Rank(StoredArray array)
    {
        var steps = array.Place.Split('/');
        var place = Order.IndexOf(steps[^1]);
        var part = steps.Any(step => step.StartsWith("backward_", StringComparison.Ordinal)) ? 1
            : Math.Max(0, steps.Length < 2 ? 0 : Projections.IndexOf(steps[^2]));
        return (place < 0 ? Order.Length : place) + (100 * part);
    }

    // No name leads out of the folder.
    private static (string Path, long Length) Shard(KerasPart group, string folder, JsonElement path)
    {
        var name = path.ValueKind == JsonValueKind.String ? path.GetString()! : throw group.Wrong("'paths' has what is no text");
        var steps = name.Split('/').Where(step => step != ".").ToList();
        if (steps.Count == 0 || Path.IsPathRooted(name)
            || steps.Exists(step => step is "" or ".." || step.AsSpan().ContainsAny('\\', ':', '\0')))
        {
            throw group.Wrong($"the file '{name}' is not in the folder of model.json");
        }
        var file = new FileInfo(Path.Combine([folder, .. steps]));
        return file.Exists ? (file.FullName, file.Length) : throw new InvalidDataException(
            $"{group.File}: {group.Place}: there is no file '{name}' beside it. Copy all files of the model into one folder.");
    }

    private long Add(KerasPart weight, List<(string Path, long Length)> shards, long offset)
    {
        var name = weight.Text("name") ?? throw weight.Lacks("name");
        var here = new StoredArray(name, Shape(weight, name), 0, () => []);
        var type = weight.Text("dtype");
        var (scale, least) = (1.0, 0.0);
        if (weight.Part("quantization", $"{weight.Place}, '{name}'") is { } quantization)
        {
            type = quantization.Text("dtype");
            (scale, least) = (quantization.Number("scale") ?? 1, quantization.Number("min") ?? 0);
        }
        var (isFloat, size) = type switch
        {
            "float32" => (true, 4),
            "float16" => (true, 2),
            "int32" => (false, 4),
            "uint8" or "bool" => (false, 1),
            "uint16" => (false, 2),
            _ => throw weight.Unread($"'{name}' is of the type '{type}'"),
        };
        var values = 1L;
        foreach (var length in here.Shape)
        {
            values = checked(values * length);
        }
        var bytes = checked(values * size);
        if (bytes > shards.Sum(shard => shard.Length) - offset)
        {
            throw weight.Wrong(string.Create(
                CultureInfo.InvariantCulture, $"'{name}' would be {bytes} bytes at {offset}, which its files do not have"));
        }
        var layer = name.Split('/')[0];
        if (!_byLayer.TryGetValue(layer, out var arrays))
        {
            arrays = _byLayer[layer] = [];
        }
        arrays.Add(here with
        {
            Bytes = bytes,
            Read = () =>
            {
                var numbers = NumberBytes.ToFloats(ReadShards(shards, offset, bytes), isFloat, size, isSigned: type == "int32");
                if ((scale, least) is not (1, 0))
                {
                    for (var i = 0; i < numbers.Length; i++)
                    {
                        numbers[i] = (float)((numbers[i] * scale) + least);
                    }
                }
                return numbers;
            },
        });
        return offset + bytes;
    }

    private static long[] Shape(KerasPart weight, string name) =>
        [.. (weight.Items("shape") ?? throw weight.Lacks("shape")).Select(length => (long)(length.TryGetInt32Safely() is >= 0 and { } whole
            ? whole
            : throw weight.Wrong($"'{name}' has a shape that can't be")))];

    private static byte[] ReadShards(List<(string Path, long Length)> shards, long offset, long count)
    {
        var bytes = new byte[count];
        var filled = 0;
        foreach (var (path, length) in shards)
        {
            if (offset < length && filled < count)
            {
                using var file = File.OpenRead(path);
                file.Position = offset;
                var part = (int)Math.Min(length - offset, count - filled);
                file.ReadExactly(bytes, filled, part);
                filled += part;
                offset = 0;
            }
            else
            {
                offset -= Math.Min(offset, length);
            }
        }
        return bytes;
    }
}
