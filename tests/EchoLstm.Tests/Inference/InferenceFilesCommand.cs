using System.Text.Json;
using EchoLstm.Tests.Engines.Fused;

namespace EchoLstm.Tests.Inference;

/// <summary>
/// Saves models of all layers that have kernels, stacks and graphs, each with its inputs, for <c>tests/browser.sh</c>, which predicts them
/// in WebAssembly.
/// </summary>
internal static class InferenceFilesCommand
{
    internal const string Command = "inference-files";

    private const int Samples = 3, Graphs = 40;

    internal static int Run(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in InferenceCases.Stacks.Keys)
        {
            using var scope = NewDisposeScope();
            using var model = InferenceCases.Create(name);
            Save(model, name, InferenceCases.ReadsWords(name)
                ? tensor(InferenceCases.Indices(Samples)).reshape(Samples, InferenceCases.Steps)
                : tensor(InferenceCases.Inputs(Samples)).reshape(Samples, InferenceCases.Steps, InferenceCases.Features));
        }
        for (var seed = 1; seed <= Graphs; seed++)
        {
            using var scope = NewDisposeScope();
            using var graph = new RandomGraph(seed);
            graph.Model.Build();
            Save(graph.Model, $"graph {seed:D2}", graph.X);
        }
        return 0;

        void Save(Model model, string name, params Tensor[] x)
        {
            model.Save(Path.Combine(folder, $"{name}.safetensors"));
            using var saved = model.Saved();
            File.WriteAllText(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(saved.InputNames.Zip(x).ToDictionary(
                input => input.First,
                input => new { input.Second.shape, values = input.Second.to(ScalarType.Float32).data<float>().ToArray() })));
        }
    }
}
