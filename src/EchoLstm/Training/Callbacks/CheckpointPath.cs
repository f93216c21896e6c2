using System.Text;
using System.Text.RegularExpressions;

namespace EchoLstm.Training;

/// <summary>A file's path with places for the epoch and its metrics: <c>{epoch:D3}-{val_loss:F4}.safetensors</c>.</summary>
internal sealed partial class CheckpointPath
{
    private const string Epoch = "epoch";

    private readonly string _template;
    private readonly List<(string Text, string? Name, string? Format)> _parts = [];

    /// <param name="template">The path; in braces a name and, after a colon, a .NET number format. Two braces are one.</param>
    internal CheckpointPath(string template)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(template, "path");
        _template = template;
        var end = 0;
        foreach (Match match in Place().Matches(template))
        {
            _parts.Add((template[end..match.Index], null, null));
            end = match.Index + match.Length;
            _parts.Add(match.Groups["name"] is { Success: true } name ?
                ("", name.Value, Checked(name.Value, match.Groups["format"].Value)) :
                (Brace(match.Value), null, null));
        }
        _parts.Add((template[end..], null, null));
    }

    /// <summary>Throws where a place asks for what the fit does not measure.</summary>
    internal void Check(IReadOnlyList<string> names)
    {
        foreach (var (_, name, _) in _parts)
        {
            if (name is not null and not Epoch && !names.Contains(name))
            {
                throw new ArgumentException($"ModelCheckpoint's path '{_template}' has a place for '{name}', but the fit measures "
                    + $"{string.Join(", ", names)}. Use one of those, or {{epoch}}.");
            }
        }
    }

    /// <summary>The path of the epoch that has just ended; epochs count from 1 here, as in Keras.</summary>
    internal string Of(FitProgress progress)
    {
        var (path, metrics) = (new StringBuilder(), progress.Figures);
        foreach (var (text, name, format) in _parts)
        {
            path.Append(name switch
            {
                null => text,
                Epoch => (progress.Epoch + 1).ToString(format, CultureInfo.InvariantCulture),
                _ => metrics[name].ToString(format, CultureInfo.InvariantCulture),
            });
        }
        return path.ToString();
    }

    private string Brace(string text) =>
        text.Length == 2 ? text[
            ..1] : throw new ArgumentException(
                $"ModelCheckpoint's path '{_template}' has a '{text}' without its other half. Write {{{{ and }}}} for braces that are part "
                    + "of the path.",
                    "path");

    // What Python would understand, .NET would print as letters: {epoch:02d} as "02d".
    private string? Checked(string name, string format)
    {
        if (format.Length == 0)
        {
            return null;
        }
        if (PythonFormat().Match(format) is { Success: true } python && format.Length > 1 && format.AsSpan().ContainsAnyInRange('1', '9'))
        {
            var digits = python.Groups["digits"] is { Success: true, Value: var value } ?
                value :
                python.Groups["width"].Value.TrimStart('0');
            throw new ArgumentException(
                $"ModelCheckpoint's path '{_template}' has Python's format '{format}'. In .NET it is "
                    + $"{{{name}:{(name == Epoch ? 'D' : 'F')}{digits}}}.",
                    "path");
        }
        try
        {
            _ = name == Epoch ? 1.ToString(format, CultureInfo.InvariantCulture) : 1.0.ToString(format, CultureInfo.InvariantCulture);
            return format;
        }
        catch (FormatException error)
        {
            throw new ArgumentException(
                $"ModelCheckpoint's path '{_template}' has the format '{format}' for {name}, which .NET does not know for such a number. "
                    + $"Use e.g. {{{name}:{(name == Epoch ? "D3" : "F4")}}}.",
                    "path", error);
        }
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>[^{}:]+)(:(?<format>[^{}]*))?\}|[{}]")]
    private static partial Regex Place();

    [GeneratedRegex(@"^(?<width>\d*)(\.(?<digits>\d+))?[deEfFgG]?$")]
    private static partial Regex PythonFormat();
}
