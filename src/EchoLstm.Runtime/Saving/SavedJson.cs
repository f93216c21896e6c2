using System.Text.Json;
using System.Text.Json.Serialization;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Training;

namespace EchoLstm.Saving;

/// <summary>What the metadata of a file says of the model: its architecture, and what it is built for.</summary>
internal sealed record ModelSettings
{
    /// <summary>The input's shape, samples first; null where a length may vary.</summary>
    public required IReadOnlyList<long?> InputShape { get; init; }

    /// <summary>The floating-point type of the weights.</summary>
    public required SafetensorsType Dtype { get; init; }

    /// <summary>The parameters that are not trained, by their names in TorchSharp's modules.</summary>
    public required IReadOnlyList<string> Frozen { get; init; }

    /// <summary>The layers; a <see cref="SequentialSettings"/> or a <see cref="FunctionalSettings"/>.</summary>
    public required LayerSettings Network { get; init; }
}

/// <summary>The records that are JSON in files, without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ModelSettings))]
[JsonSerializable(typeof(ExtrasSettings))]
internal sealed partial class SavedJson : JsonSerializerContext
{
    internal static JsonSerializerOptions Settings { get; } = StrictJson.Options(
        new SavedJson(),
        new EnumName<SafetensorsType>(),
        new EnumName<EngineKind>(),
        new EnumName<Activation>(),
        new EnumName<StepPadding>(),
        new EnumName<MergeMode>(),
        new EnumName<ScoreMode>(),
        new RegularizerJson());
}

/// <summary>A penalty as <c>{"l1":0.0,"l2":0.01}</c>.</summary>
internal sealed class RegularizerJson : JsonConverter<Regularizer>
{
    public override Regularizer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = JsonElement.ParseValue(ref reader);
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 2
            || Factor(value, "l1") is not { } l1 || Factor(value, "l2") is not { } l2)
        {
            throw new JsonException($"{JsonFault.Expected}an object of the numbers 'l1' and 'l2', or null");
        }
        try
        {
            return Regularizer.L1L2(l1, l2);
        }
        catch (ArgumentException error)
        {
            throw new JsonException(error.Message, error);
        }
    }

    public override void Write(Utf8JsonWriter writer, Regularizer value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("l1", value.L1Factor);
        writer.WriteNumber("l2", value.L2Factor);
        writer.WriteEndObject();
    }

    private static double? Factor(JsonElement value, string name) =>
        value.TryGetProperty(name, out var factor) && factor.ValueKind == JsonValueKind.Number && factor.TryGetDouble(out var number)
            ? number
            : null;
}
