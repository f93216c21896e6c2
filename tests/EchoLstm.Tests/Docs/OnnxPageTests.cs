using System.Text.RegularExpressions;
using EchoLstm.Onnx;
using EchoLstm.Tests.Layers;
using EchoLstm.Tests.Models.Saving;
using EchoLstm.Tests.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EchoLstm.Tests.Docs;

/// <summary>The program of docs/onnx.md, and its table of layers.</summary>
public sealed partial class OnnxPageTests() : PageProgram("docs/onnx.md")
{
    private static readonly Dictionary<string, string[]> Rows = Row().Matches(DocsFolder.Read("onnx.md"))
        .ToDictionary(row => row.Groups[1].Value, row => Operator().Matches(row.Groups[2].Value).Select(match => match.Groups[1].Value).ToArray());

    [Fact]
    public void A_model_in_ONNX_Runtime()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.onnx");
        #region
        using var model = new SequentialModel(
            new Masking(-1),
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(-1, 3);
        model.Metadata["unit"] = "visitors a day";
        model.ExportOnnx(path);

        using var session = new InferenceSession(path);                  // the package Microsoft.ML.OnnxRuntime
        using var x = OrtValue.CreateTensorValueFromMemory(new float[2 * 5 * 3], [2, 5, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, new Dictionary<string, OrtValue> { ["input"] = x }, ["output"]);
        Console.WriteLine($"2 samples of 5 steps: ({string.Join(", ", outputs[0].GetTensorTypeAndShape().Shape)})");
        Console.WriteLine(session.ModelMetadata.CustomMetadataMap["unit"]);
        #endregion
    }

    [Fact]
    public void Its_table_has_every_layer()
    {
        var layers = typeof(Layer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Layer)) && type is { IsPublic: true, IsAbstract: false } && !type.IsSubclassOf(typeof(Model)) && type != typeof(ModuleLayer));

        Rows.Keys.Should().BeEquivalentTo(layers.Select(layer => layer.Name));
    }

    [Fact]
    public void Its_table_names_the_operators_that_have_the_layers_names()
    {
        var found = Exported();
        foreach (var (layer, operators) in Rows)
        {
            operators.Should().BeEquivalentTo(found[layer], $"of the row {layer}");
        }
    }

    /// <summary>The layers that were exported, each with the operators that have its name.</summary>
    internal static Dictionary<string, HashSet<string>> Exported()
    {
        using var folder = new TemporaryFolder();
        var found = new Dictionary<string, HashSet<string>>();
        var cases = LayerCases.All.Concat(SavedCases.All).Select(named => named.Value.Make).Concat(
            Enum.GetValues<Activation>().Select(activation => (Func<Layer>)(() => new ActivationLayer(activation))));
        var shapes = LayerCases.All.Concat(SavedCases.All).Select(named => named.Value.InputShape).Concat(Enum.GetValues<Activation>().Select(_ => new long[] { 2, 4, 2 }));
        foreach (var (make, shape) in cases.Zip(shapes))
        {
            using var model = SavedCases.Model(new LayerCase(make, shape, 0));
            if (OnnxModelTests.Refused(model) is not null || model.Layers[0] is SequentialModel)
            {
                continue;
            }
            model.ExportOnnx(folder.File("case.onnx"));
            // Layers that merge are in a graph.
            var layers = model.Layers[0] is FunctionalModel graph ? graph.Layers.Select(layer => (Layer: layer, Name: $"{graph.Name}/{layer.Name}")) : [(model.Layers[0], model.Layers[0].Name)];
            var nodes = OnnxReader.Nodes(folder.File("case.onnx"));
            foreach (var (layer, name) in layers)
            {
                var kind = layer.GetType().Name;
                (found.TryGetValue(kind, out var own) ? own : found[kind] = []).UnionWith(nodes.Where(node => node.Name == name).Select(node => node.Type));
            }
        }
        return found;
    }

    [GeneratedRegex(@"(?m)^\| `(\w+)` \| ([^|]*)\|")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Operator();
}
