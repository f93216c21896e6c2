using System.Text.Json;
using System.Text.Json.Serialization;

namespace EchoLstm.Files;

/// <summary>An enum's value under its name in C#, and no other spelling.</summary>
internal sealed class EnumName<TEnum> : JsonConverter<TEnum>
    where TEnum : struct, Enum
{
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return Enum.TryParse<TEnum>(text, out var value) && Enum.GetName(value) == text
            ? value
            : throw new JsonException($"{JsonFault.Expected}one of {string.Join(", ", Enum.GetNames<TEnum>())}");
    }

    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Enum.GetName(value));
}
