using System.Text.Json;

namespace EchoLstm.Interop;

/// <summary>
/// An object of Keras's JSON, with its place in the file. Each key that is read is noted, so that one that nobody knows is not skipped.
/// </summary>
internal sealed class KerasPart
{
    private readonly JsonElement _value;
    private readonly HashSet<string> _known = [];

    /// <exception cref="InvalidDataException">It is no object.</exception>
    internal KerasPart(JsonElement value, string file, string place)
    {
        (_value, File, Place) = (value, file, place);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"it is {Words(value)}, expected an object");
        }
    }

    internal string File { get; }

    internal string Place { get; }

    internal bool Has(string key) => _value.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    internal bool Knows(string key) => _known.Contains(key);

    internal bool IsNull(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_value.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Null)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A value, or null where there is none or null.</summary>
    internal JsonElement? Find(string key)
    {
        _known.Add(key);
        return _value.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>The value of the first of several names for one thing.</summary>
    internal JsonElement? Find(params ReadOnlySpan<string> keys)
    {
        JsonElement? found = null;
        foreach (var key in keys)
        {
            found = Find(key) is { } value ? found ?? value : found;
        }
        return found;
    }

    internal KerasPart? Part(string key, string place) => Find(key) is { } value ? new KerasPart(value, File, place) : null;

    internal KerasPart NeededPart(string key, string place) => Part(key, place) ?? throw Lacks(key);

    internal string? Text(params ReadOnlySpan<string> keys) => Find(keys) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => TextOf(value, keys[0]),
        var value => throw Wrong($"'{keys[0]}' is {Words(value.Value)}, expected a text"),
    };

    private string TextOf(JsonElement value, string key)
    {
        try
        {
            return value.GetString()!;
        }
        // A text may name half a letter of UTF-16.
        catch (InvalidOperationException)
        {
            throw Wrong($"'{key}' is no sound text");
        }
    }

    internal bool? Flag(params ReadOnlySpan<string> keys) => Find(keys) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        var value => throw Wrong($"'{keys[0]}' is {Words(value.Value)}, expected true or false"),
    };

    internal double? Number(params ReadOnlySpan<string> keys) => Find(keys) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        var value => throw Wrong($"'{keys[0]}' is {Words(value.Value)}, expected a number"),
    };

    internal int? Count(params ReadOnlySpan<string> keys) =>
        Find(keys) is { } value ? WholeOf(value) ?? throw Wrong($"'{keys[0]}' is {Words(value)}, expected a whole number") : null;

    internal int NeededCount(params ReadOnlySpan<string> keys) => Count(keys) ?? throw Lacks(keys[0]);

    internal double NeededNumber(params ReadOnlySpan<string> keys) => Number(keys) ?? throw Lacks(keys[0]);

    /// <summary>Whole numbers, given as a list of so many or as one for all.</summary>
    internal int[]? Counts(int count, params ReadOnlySpan<string> keys)
    {
        if (Find(keys) is not { } value)
        {
            return null;
        }
        int?[] numbers = value.ValueKind != JsonValueKind.Array ? [.. Enumerable.Repeat(WholeOf(value), count)]
            : value.GetArrayLength() == count ? [.. value.EnumerateArray().Select(WholeOf)] : [null];
        return numbers.Contains(null)
            ? throw Wrong(string.Create(
                CultureInfo.InvariantCulture,
                $"'{keys[0]}' is {Words(value)}, expected {count} whole {(count == 1 ? "number" : "numbers")}"))
            : [.. numbers.Select(number => number!.Value)];
    }

    internal IReadOnlyList<JsonElement>? Items(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray()],
        var value => throw Wrong($"'{key}' is {Words(value.Value)}, expected an array"),
    };

    /// <summary>Keys that change no prediction.</summary>
    internal void Skip(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _known.Add(key);
        }
    }

    /// <summary>A key that may be there where it says what the library does anyway.</summary>
    internal void MustBe(string key, Func<JsonElement, bool> isSo, string expected)
    {
        if (Find(key) is { } value && !isSo(value))
        {
            throw Unread($"'{key}' is {Words(value)}, and only {expected} is read");
        }
    }

    internal void MustBeFalse(string key) => MustBe(key, value => value.ValueKind == JsonValueKind.False, "false");

    /// <summary>Throws where there is a key that was neither read nor skipped.</summary>
    internal void RefuseOthers()
    {
        foreach (var member in _value.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !_known.Contains(member.Name))
            {
                throw Unread($"there is the key '{member.Name}', {Words(member.Value)}, which this reader does not know and which may "
                    + "change what the layer computes");
            }
        }
    }

    internal InvalidDataException Lacks(string key) => Wrong($"there is no '{key}'");

    internal InvalidDataException Wrong(string what) =>
        new($"{File}: {Place}: {what}. The file is damaged, or nothing that Keras wrote.");

    internal NotSupportedException Unread(string what) => new(
        $"{File}: {Place}: {what}. Build the model in code with what the library has, and take over the weights by "
            + $"KerasFile.LoadWeights; or change the model in Keras and save it again.");

    private static int? WholeOf(JsonElement value) => value.ValueKind != JsonValueKind.Number ? null
        : value.TryGetInt32(out var whole) ? whole
        : value.TryGetDouble(out var number) && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number
        : null;

    internal static string Words(JsonElement value)
    {
        var text = value.GetRawText();
        return value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.String or JsonValueKind.Array => text.Length <= 60 ? text : $"{text[..60]}...",
            _ => text,
        };
    }
}
