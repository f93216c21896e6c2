using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Docs;

/// <summary>The table of docs/format.md has each layer's weights by name and shape.</summary>
public partial class FormatPageTests
{
    private const int Features = 2, Units = 3;

    public static TheoryData<string> Layers => [.. Made.Keys];

    private static readonly Dictionary<string, Func<Layer>> Made = new()
    {
        ["Lstm"] = () => new Lstm(Units),
        ["Gru"] = () => new Gru(Units),
        ["SimpleRnn"] = () => new SimpleRnn(Units),
        ["Dense"] = () => new Dense(Units),
        ["Conv1D"] = () => new Conv1D(filters: 5, kernelSize: 4),
        ["Conv2D"] = () => new Conv2D(filters: 5, kernelSize: (4, 3)),
        ["LayerNormalization"] = () => new LayerNormalization(),
        ["BatchNormalization"] = () => new BatchNormalization(),
        ["AdditiveAttention"] = () => new AdditiveAttention(),
        ["Attention"] = () => new Attention(useScale: true, scoreMode: ScoreMode.Concat),
        ["MultiHeadAttention"] = () => new MultiHeadAttention(heads: 7, keySize: 8, valueSize: 9, outputSize: 11),
        ["AttentionDecoder"] = () => new AttentionDecoder(Units, steps: 2),
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layers_weights_are_as_the_table_says(string name)
    {
        using var layer = Made[name]();
        layer.Build(name == "Conv2D" ? new Shape(null, 6, 6, Features) : new Shape(null, 6, Features));
        var row = DocsFolder.Read("format.md").Split('\n').Single(line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal));

        var weights = layer.Weights
            .Zip(layer.GetWeights(), (weight, values) => $"{weight.Name.Replace('/', '.')} ({Lengths(values)})").ToList();

        // "an Lstm's as lstm.…" stands for three that the row does not repeat.
        var repeated = row.Contains("`lstm.…`", StringComparison.Ordinal)
            ? weights.Where(weight => weight.StartsWith("lstm.", StringComparison.Ordinal)).ToList()
            : [];
        repeated.Should().HaveCount(name == "AttentionDecoder" ? 3 : 0);
        Weight().Matches(row)
            .Select(match => $"{match.Groups[1].Value} ({string.Join(", ", match.Groups[2].Value.Split(", ").Select(Length))})")
            .Should().BeEquivalentTo(weights.Except(repeated));
    }

    [Fact]
    public void An_embeddings_table_is_as_the_table_says()
    {
        using var layer = new Embedding(inputDim: 7, outputDim: 4);
        layer.Build(new Shape(null, 6));

        DocsFolder.Read("format.md").Should().Contain("| `Embedding` | `embeddings` (inputDim, outputDim) |");
        layer.Weights.Should().ContainSingle().Which.Name.Should().Be("embeddings");
        var table = layer.GetWeights()[0];
        (table.GetLength(0), table.GetLength(1)).Should().Be((7, 4));
    }

    private static string Lengths(Array values) => string.Join(", ", Enumerable.Range(0, values.Rank).Select(values.GetLength));

    private static int Length(string text) => text switch
    {
        "f" => Features,
        "u" => Units,
        "kernelSize" or "height" => 4,
        "width" => 3,
        "filters" => 5,
        "heads" => 7,
        "keySize" => 8,
        "valueSize" => 9,
        "out" => 11,
        _ when text.EndsWith('u') => int.Parse(text[..^1], CultureInfo.InvariantCulture) * Units,
        _ => int.Parse(text, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"`([\w.]+)` \(([^)]*)\)")]
    private static partial Regex Weight();
}
