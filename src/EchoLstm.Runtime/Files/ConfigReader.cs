using System.Globalization;
using System.Text.Json;

namespace EchoLstm.Files;

/// <summary>One object of a file's JSON, taken strictly: every field must be there, of its type, once, and no other.</summary>
internal sealed class ConfigReader
{
    /// <summary>How long a text of JSON may be: a model of thousands of layers has less.</summary>
    internal const int LongestText = 4 << 20;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private readonly JsonElement _element;
    private readonly HashSet<string> _taken = [];

    private ConfigReader(JsonElement element, string file, string where)
    {
        (_element, File, Where) = (element, file, where);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"it is {Kind(element)}, expected an object");
        }
    }

    /// <summary>The file, for messages.</summary>
    internal string File { get; }

    /// <summary>Which part of it this is, for messages.</summary>
    internal string Where { get; }

    /// <summary>Reads a text of JSON, and throws unless all of it was taken.</summary>
    /// <typeparam name="T">What it becomes.</typeparam>
    internal static T Parse<T>(string file, string part, string text, Func<ConfigReader, T> read)
    {
        if (text.Length > LongestText)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{file}: its '{part}' has {text.Length:N0} letters, and at most {LongestText:N0} are read. The file is damaged or no model of ours."));
        }
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            var config = new ConfigReader(document.RootElement, file, part);
            return config.Whole(read);
        }
        // What is said of a text that is no UTF-16 is an InvalidOperationException or an ArgumentException.
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{file}: its '{part}' is not sound: {error.Message}", error);
        }
    }

    internal string Text(string name) => TextOrNull(name) ?? throw Wrong($"'{name}' is null, expected a text");

    internal string? TextOrNull(string name)
    {
        var value = Take(name);
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => throw Wrong($"'{name}' is {Kind(value)}, expected a text"),
        };
    }

    internal bool Flag(string name)
    {
        var value = Take(name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong($"'{name}' is {Kind(value)}, expected true or false");
    }

    internal int Int(string name) => IntOrNull(name) ?? throw Wrong($"'{name}' is null, expected a whole number");

    internal int? IntOrNull(string name)
    {
        var value = Take(name);
        return value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
            : throw Wrong($"'{name}' is {Kind(value)}, expected a whole number of 32 bits");
    }

    internal long? LongOrNull(string name) => LongOf(name, Take(name));

    internal double Double(string name) => DoubleOrNull(name) ?? throw Wrong($"'{name}' is null, expected a number");

    internal double? DoubleOrNull(string name)
    {
        var value = Take(name);
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number when value.TryGetDouble(out var number) => number,
            _ => throw Wrong($"'{name}' is {Kind(value)}, expected a number"),
        };
    }

    internal TEnum Enum<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var text = Text(name);
        return System.Enum.TryParse<TEnum>(text, out var value) && System.Enum.GetName(value) == text
            ? value
            : throw Wrong($"'{name}' is '{text}', expected one of {string.Join(", ", System.Enum.GetNames<TEnum>())}");
    }

    internal IReadOnlyList<string> Texts(string name) =>
        [.. Array(name).Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong($"'{name}' has {Kind(item)}, expected texts"))];

    internal IReadOnlyList<long?> Longs(string name) => [.. Array(name).Select(item => LongOf(name, item))];

    /// <summary>The fields' names and whole numbers of an object.</summary>
    internal IReadOnlyDictionary<string, long?> Numbers(string name)
    {
        var value = Take(name);
        return value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(field => field.Name, field => LongOf(field.Name, field.Value))
            : throw Wrong($"'{name}' is {Kind(value)}, expected an object");
    }

    internal T Object<T>(string name, Func<ConfigReader, T> read) => ObjectOrNull(name, read, out var value) ? value! : throw Wrong($"'{name}' is null, expected an object");

    internal bool ObjectOrNull<T>(string name, Func<ConfigReader, T> read, out T? result)
    {
        var value = Take(name);
        result = value.ValueKind == JsonValueKind.Null ? default : new ConfigReader(value, File, $"{Where}, {name}").Whole(read);
        return value.ValueKind != JsonValueKind.Null;
    }

    internal IReadOnlyList<T> Objects<T>(string name, Func<ConfigReader, T> read) =>
        [.. Array(name).Select((item, i) => new ConfigReader(item, File, string.Create(CultureInfo.InvariantCulture, $"{Where}, {name}[{i}]")).Whole(read))];

    internal InvalidDataException Wrong(string what) => new($"{File}: in its {Where}: {what}. The file is damaged, or a newer version of the library wrote it.");

    private T Whole<T>(Func<ConfigReader, T> read)
    {
        T result;
        try
        {
            result = read(this);
        }
        // A layer or an optimiser says which of its settings can't be.
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException($"{File}: in its {Where}: {error.Message}", error);
        }
        foreach (var field in _element.EnumerateObject())
        {
            if (!_taken.Contains(field.Name))
            {
                throw Wrong($"there is a field '{field.Name}', which this version does not know");
            }
        }
        return result;
    }

    private JsonElement Take(string name)
    {
        _taken.Add(name);
        return _element.TryGetProperty(name, out var value) ? value : throw Wrong($"the field '{name}' is missing");
    }

    private IEnumerable<JsonElement> Array(string name)
    {
        var value = Take(name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong($"'{name}' is {Kind(value)}, expected an array");
    }

    private long? LongOf(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : throw Wrong($"'{name}' has {Kind(value)}, expected a whole number");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => $"the number {value.GetRawText()}",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };
}
