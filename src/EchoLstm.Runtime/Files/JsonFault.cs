using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace EchoLstm.Files;

/// <summary>
/// What is wrong in a text of JSON, and where, in the words of the library's errors: .NET's serializer knows the place, but speaks of
/// types.
/// </summary>
internal static partial class JsonFault
{
    /// <summary>How a converter's message begins where a value is not what it expected.</summary>
    internal const string Expected = "expected ";

    private const string Missing = "missing required properties including: ";
    private const string Unknown = "could not be mapped";
    private const string Twice = "uplicate ";
    private const string NoSuchClass = "unrecognized type discriminator id ";

    /// <summary>The steps to the place, and what is wrong there; null where the text is no JSON.</summary>
    internal static (IReadOnlyList<string> Place, string What)? Describe(JsonException error, string text, JsonTypeInfo type)
    {
        if (error.Path is null || !TryParse(text, type.Options.MaxDepth, out var document))
        {
            return null;
        }
        using (document)
        {
            List<string> steps = [.. error.Path.Split('.').Skip(1)];
            var message = error.Message.Split(" Path: $")[0].TrimEnd('.');
            if (message.Contains(Missing, StringComparison.Ordinal))
            {
                var names = message[(message.IndexOf(Missing, StringComparison.Ordinal) + Missing.Length)..];
                return (steps, names.Contains(',', StringComparison.Ordinal) ? $"the fields {names} are missing" : $"the field {names} "
                    + $"is missing");
            }
            if (message.Contains(NoSuchClass, StringComparison.Ordinal))
            {
                return (steps, $"there is a {message[(message.IndexOf(NoSuchClass, StringComparison.Ordinal) + NoSuchClass.Length)..]}, "
                    + $"which this version does not have");
            }
            var (parents, member) = steps.Count == 0 ? ([], "it") : (steps[..^1], $"'{steps[^1]}'");
            if (message.Contains(Unknown, StringComparison.Ordinal))
            {
                return (parents, $"there is a field {member}, which this version does not know");
            }
            if (message.Contains(Twice, StringComparison.Ordinal))
            {
                return (parents, $"the field {member} is there twice");
            }
            var (value, wanted) = Find(steps, document.RootElement, type);
            return message.StartsWith(Expected, StringComparison.Ordinal) ? (parents, $"{member} is {Kind(value)}, {message}")
                : error.InnerException is ArgumentException ? (steps, message)
                : (parents, $"{member} is {Kind(value)}, expected {Words(wanted)}");
        }
    }

    private static bool TryParse(string text, int depth, out JsonDocument document)
    {
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = depth });
            return true;
        }
        catch (JsonException)
        {
            document = null!;
            return false;
        }
    }

    // Along the path through the value and through the types; where a value says its class, that is the type.
    private static (JsonElement Value, JsonTypeInfo Type) Find(List<string> steps, JsonElement value, JsonTypeInfo type)
    {
        foreach (var step in steps)
        {
            var name = Index().Replace(step, "");
            if (value.ValueKind != JsonValueKind.Object)
            {
                break;
            }
            if (type.PolymorphismOptions is { } kinds && value.TryGetProperty(kinds.TypeDiscriminatorPropertyName, out var kind))
            {
                var known = kinds.DerivedTypes.FirstOrDefault(derived => $"\"{derived.TypeDiscriminator}\"" == kind.GetRawText())
                    .DerivedType;
                type = known is null ? type : type.Options.GetTypeInfo(known);
            }
            var member = type.Properties.FirstOrDefault(member => member.Name == name)?.PropertyType ?? type.ElementType;
            if (member is null || !value.TryGetProperty(name, out value))
            {
                break;
            }
            type = type.Options.GetTypeInfo(member);
            foreach (Match index in Index().Matches(step))
            {
                var place = int.Parse(index.ValueSpan[1..^1], CultureInfo.InvariantCulture);
                if (value.ValueKind != JsonValueKind.Array || place >= value.GetArrayLength() || type.ElementType is not { } element)
                {
                    break;
                }
                (value, type) = (value[place], type.Options.GetTypeInfo(element));
            }
        }
        return (value, type);
    }

    private static string Words(JsonTypeInfo wanted) => (Nullable.GetUnderlyingType(wanted.Type) ?? wanted.Type) switch
    {
        var type when type == typeof(int) => "a whole number of 32 bits",
        var type when type == typeof(long) => "a whole number",
        var type when type == typeof(double) => "a number",
        var type when type == typeof(bool) => "true or false",
        var type when type == typeof(string) => "a text",
        _ => wanted.Kind == JsonTypeInfoKind.Enumerable ? "an array" : "an object",
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => $"the number {value.GetRawText()}",
        JsonValueKind.String => $"the text {Beginning(value.GetRawText())}",
        _ => value.GetRawText(),
    };

    private static string Beginning(string text) => text.Length <= 40 ? text : $"{text[..40]}...";

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
