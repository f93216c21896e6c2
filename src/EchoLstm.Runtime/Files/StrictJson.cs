using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EchoLstm.Files;

/// <summary>
/// Records as JSON in a file, taken strictly: every member must be there, of its type, once, and no other; but one that is not written
/// where it is null may be missing. Names are in snake case; those of any language stay readable.
/// </summary>
internal static class StrictJson
{
    /// <summary>How long a text of JSON may be: a model of thousands of layers has less.</summary>
    internal const int LongestText = 4 << 20;

    /// <summary>The options for the types of a source-generated context.</summary>
    internal static JsonSerializerOptions Options(IJsonTypeInfoResolver context, params ReadOnlySpan<JsonConverter> converters)
    {
        var options = new JsonSerializerOptions
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 64,
            AllowOutOfOrderMetadataProperties = true,
            TypeInfoResolver = context.WithAddedModifier(RequireAll),
        };
        foreach (var converter in converters)
        {
            options.Converters.Add(converter);
        }
        options.MakeReadOnly();
        return options;
    }

    /// <summary>A record's text.</summary>
    /// <exception cref="InvalidOperationException">It is longer than what is read.</exception>
    internal static string Write<T>(T value, JsonSerializerOptions options)
    {
        var text = JsonSerializer.Serialize(value, TypeOf<T>(options));
        return text.Length <= LongestText ? text : throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture,
            $"What is to be saved beside the weights has {text.Length:N0} letters of JSON, and at most {LongestText:N0} are read. Keep "
                + $"long lists and texts in a file of their own."));
    }

    /// <summary>Reads a record.</summary>
    /// <typeparam name="T">Its type, one of the context's.</typeparam>
    /// <exception cref="InvalidDataException">The text is not sound, or says something else; the message says where.</exception>
    internal static T Read<T>(string file, string part, string text, JsonSerializerOptions options)
    {
        if (text.Length > LongestText)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: its '{part}' has {text.Length:N0} letters, and at most {LongestText:N0} are read. The file is damaged or no "
                    + $"model of ours."));
        }
        var type = TypeOf<T>(options);
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw Wrong(file, [part], "it is null, expected an object");
        }
        // What is said of a text that is no UTF-16 is an InvalidOperationException or an ArgumentException, of an object without its class
        // a NotSupportedException.
        catch (Exception error) when (
            error is JsonException or NotSupportedException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw error is JsonException json && JsonFault.Describe(json, text, type) is var (place, what)
                ? Wrong(file, [part, .. place], what, error)
                : new InvalidDataException($"{file}: its '{part}' is not sound: {error.Message}", error);
        }
    }

    /// <summary>What is said of a text that is JSON but not what was expected.</summary>
    /// <param name="file">The file.</param>
    /// <param name="where">The part and the steps in it, e.g. <c>model</c>, <c>network</c>, <c>layers[0]</c>.</param>
    /// <param name="what">What is wrong there.</param>
    /// <param name="cause">What was thrown.</param>
    internal static InvalidDataException Wrong(string file, IEnumerable<string> where, string what, Exception? cause = null) =>
        new($"{file}: in its {string.Join(", ", where)}: {what}. The file is damaged, or a newer version of the library wrote it.", cause);

    private static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    // A default is what code leaves out, not a file.
    private static void RequireAll(JsonTypeInfo type)
    {
        foreach (var member in type.Properties)
        {
            member.IsRequired = member.ShouldSerialize is null;
        }
    }
}
