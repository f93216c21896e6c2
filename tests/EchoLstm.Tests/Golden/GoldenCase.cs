using System.Text.Json;

namespace EchoLstm.Tests.Golden;

/// <summary>One model with its weights, data and expected results, as TensorFlow.js computed them with Keras's semantics.</summary>
internal sealed class GoldenCase(JsonElement json)
{
    internal string Name => json.GetProperty("name").GetString()!;

    internal IReadOnlyList<JsonElement> Model => [.. json.GetProperty("model").EnumerateArray()];

    internal long[] InputShape => [.. json.GetProperty("inputShape").EnumerateArray().Select(length => length.GetInt64())];

    internal long ParameterCount => json.GetProperty("paramCount").GetInt64();

    internal GoldenTensor[] Weights => Tensors("weights");

    internal GoldenTensor Inputs => Tensor("inputs");

    internal JsonElement this[string property] => json.GetProperty(property);

    internal bool Has(string property) => json.TryGetProperty(property, out _);

    internal GoldenCase Part(string property) => new(json.GetProperty(property));

    internal GoldenCase[] Parts(string property) => [.. json.GetProperty(property).EnumerateArray().Select(part => new GoldenCase(part))];

    internal GoldenTensor Tensor(string property) => new(json.GetProperty(property));

    internal GoldenTensor[] Tensors(string property) => [.. json.GetProperty(property).EnumerateArray().Select(tensor => new GoldenTensor(tensor))];

    internal double Number(string property) => json.GetProperty(property).GetDouble();

    internal double[] Numbers(string property) => [.. json.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())];

    internal bool Flag(string property) => json.TryGetProperty(property, out var flag) && flag.GetBoolean();

    /// <summary>The only case of a file, or the one with a name.</summary>
    internal static GoldenCase Load(string file, string? name = null)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Golden", file + ".json"));
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement.Clone();
        return name is null
            ? new GoldenCase(root)
            : new GoldenCase(root.GetProperty("cases").EnumerateArray().Single(part => part.GetProperty("name").GetString() == name));
    }
}

/// <summary>A tensor of a golden file: row-major, batch first.</summary>
internal sealed class GoldenTensor(JsonElement json)
{
    internal long[] Shape => [.. json.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())];

    internal float[] Floats => [.. json.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())];

    internal double[] Values => [.. Floats.Select(value => (double)value)];

    internal string Name => json.TryGetProperty("name", out var name) ? name.GetString()! : "tensor";

    internal Tensor ToTensor()
    {
        using var flat = tensor(Floats);
        return flat.reshape(Shape);
    }

    /// <summary>The numbers of several, one after the other.</summary>
    internal static double[] AllValues(IEnumerable<GoldenTensor> tensors) => [.. tensors.SelectMany(tensor => tensor.Values)];

    /// <summary>As Keras's set_weights takes it.</summary>
    internal Array ToArray() => Numbers.Shaped(Floats, Shape);
}
