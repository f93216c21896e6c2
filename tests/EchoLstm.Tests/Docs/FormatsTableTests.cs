using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EchoLstm.Tests.Interop;

namespace EchoLstm.Tests.Docs;

/// <summary>The table of layers and formats in docs/saving.md is what the readers and writers do.</summary>
public sealed partial class FormatsTableTests
{
    [Fact]
    public void Every_layer_is_in_the_table_with_the_formats_that_it_goes_to_and_comes_from()
    {
        var stored = typeof(LayerSettings).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType).ToHashSet();
        var exported = OnnxPageTests.Exported();
        var layers = typeof(Layer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Layer)) && type is { IsPublic: true, IsAbstract: false } && !type.IsSubclassOf(typeof(Model)));
        var expected = layers.OrderBy(layer => layer.Name, StringComparer.Ordinal).Select(layer =>
        {
            var settings = typeof(LayerSettings).Assembly.GetType($"EchoLstm.Layers.{(layer == typeof(ActivationLayer) ? "Activation" : layer.Name)}Settings");
            var keras = settings is null ? [] : KerasLayerTests.ClassesOf(settings).Select(kind => $"`{kind}`");
            return $"| `{layer.Name}` | {Cell(settings is not null && stored.Contains(settings) ? "yes" : "")} {Cell(string.Join(" ", keras))} {Cell(exported.ContainsKey(layer.Name) ? "yes" : "")}";
        });

        Row().Matches(DocsFolder.Read("saving.md")).Select(row => row.Value).Should().Equal(expected);

        static string Cell(string text) => text.Length == 0 ? "|" : $"{text} |";
    }

    [GeneratedRegex(@"(?m)^\| `\w+` \| (yes )?\|[^|\n]*\| (yes )?\|$")]
    private static partial Regex Row();
}
