using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace EchoLstm.Samples.CommandLine;

/// <summary>Options that take a whole number, and say which when they get something else.</summary>
internal static class WholeNumber
{
    internal static Option<int> Option(string name, string description, int byDefault, int least = int.MinValue, int most = int.MaxValue) =>
        new(name)
        {
            Description = description,
            HelpName = "number",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Parse(result, name, least, most) ?? 0,
        };

    /// <summary>An option whose default depends on the model, so that its description tells it.</summary>
    internal static Option<int?> Optional(string name, string description, int least) =>
        new(name)
        {
            Description = description,
            HelpName = "number",
            CustomParser = result => Parse(result, name, least, int.MaxValue),
        };

    private static int? Parse(ArgumentResult result, string name, int least, int most)
    {
        var text = result.Tokens[^1].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number{Range(least, most)}, not '{text}'."));
        return null;
    }

    private static string Range(int least, int most) => (least, most) switch
    {
        (int.MinValue, _) => "",
        (_, int.MaxValue) => string.Create(CultureInfo.InvariantCulture, $" of at least {least}"),
        _ => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}"),
    };
}
