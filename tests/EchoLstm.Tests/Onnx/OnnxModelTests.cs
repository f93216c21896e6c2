using EchoLstm.Onnx;
using EchoLstm.Tests.Engines.Fused;
using EchoLstm.Tests.Layers;
using EchoLstm.Tests.Models.Saving;

namespace EchoLstm.Tests.Onnx;

/// <summary>What ONNX Runtime predicts is what the model predicts.</summary>
public sealed class OnnxModelTests
{
    internal static readonly Tolerance Close = new(1e-5, 1e-5);

    public static TheoryData<string> Cases => [.. LayerCases.All.Keys.Concat(SavedCases.All.Keys).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_layer_is_exported_or_refused_by_name(string name)
    {
        using var scope = NewDisposeScope();
        var given = SavedCases.All.GetValueOrDefault(name) ?? LayerCases.All[name];
        using var model = SavedCases.Model(given);
        Randomize(model);
        var x = model.IndexReader is null ? given.Input(7) : (given with { ReadsClasses = true }).Input(7);

        if (Refused(model) is { } layer)
        {
            var error = Assert.Throws<InvalidOperationException>(() => OnnxRun.Of(model));
            error.Message.Should().StartWith($"The model can't be exported to ONNX: {layer} ").And.EndWith("; nothing was written.");
            return;
        }
        foreach (var opset in new[] { 14, 18, 22 })
        {
            using var run = OnnxRun.Of(model, new OnnxOptions { Opset = opset });
            run.Predict(x).ShouldMatchTensor(model.Predict(x), Close, name);
        }
    }

    [Fact]
    public void Random_models_of_all_layers_that_have_kernels_predict_the_same()
    {
        var refused = 0;
        var count = Thorough.Or(40, 300);
        for (var seed = 0; seed < count; seed++)
        {
            using var scope = NewDisposeScope();
            using var random = RandomCase.Create(seed);
            Randomize(random.Model, seed);
            if (Refused(random.Model) is { } layer)
            {
                Assert.Throws<InvalidOperationException>(() => OnnxRun.Of(random.Model)).Message.Should().Contain(layer);
                refused++;
                continue;
            }
            using var run = OnnxRun.Of(random.Model);
            run.Predict(random.X).ShouldMatchTensor(random.Model.Predict(random.X), Close, random.Description);
        }
        refused.Should().BeLessThan(count / 5);
    }

    [Fact]
    public void Random_models_with_windows_wrappers_and_models_inside_predict_the_same()
    {
        for (var seed = 0; seed < Thorough.Or(40, 300); seed++)
        {
            using var scope = NewDisposeScope();
            using var random = OnnxCase.Create(seed);
            using var run = OnnxRun.Of(random.Model, random.Options);
            run.Predict(random.X, random.Lengths).ShouldMatchTensor(random.Model.Predict(random.X, lengths: random.Lengths), Close, random.Description);
        }
    }

    [Fact]
    public void Random_models_step_by_step_with_their_states_are_the_whole()
    {
        for (var seed = 0; seed < Thorough.Or(40, 300); seed++)
        {
            using var scope = NewDisposeScope();
            using var random = OnnxCase.CreateStream(seed);
            using var run = OnnxRun.Of(random.Model, new OnnxOptions { WithState = true });
            var expected = random.Model.Predict(random.X);
            var states = run.Zeros(random.X.shape[0]);
            var outputs = new List<Tensor>();
            for (var t = 0; t < random.X.shape[1]; t++)
            {
                (var output, states) = run.Step(random.X.narrow(1, t, 1), states);
                outputs.Add(output);
            }

            run.Step(random.X, run.Zeros(random.X.shape[0])).Output.ShouldMatchTensor(expected, Close, $"the whole of {random.Description}");
            (expected.dim() == 3 ? cat(outputs, 1) : outputs[^1]).ShouldMatchTensor(expected, Close, random.Description);
        }
    }

    /// <summary>How the layer is named that ONNX has no form for; null where there is none.</summary>
    internal static string? Refused(Model model) => model.modules().OfType<Layer>().FirstOrDefault(layer => layer is ModuleLayer || layer.Settings switch
    {
        TimeDistributedSettings { Layer: ModuleSettings } => true,
        LstmSettings lstm => !Known(lstm.Activation) || !Known(lstm.RecurrentActivation),
        GruSettings gru => !Known(gru.Activation) || !Known(gru.RecurrentActivation),
        SimpleRnnSettings plain => !Known(plain.Activation),
        _ => false,
    })?.Settings.Title;

    private static bool Known(Activation activation) =>
        activation is not (Activation.Selu or Activation.Gelu or Activation.Swish or Activation.Exponential or Activation.Mish or Activation.Softmax);

    // Biases are zeros, and statistics 0 and 1, in a model that was not trained.
    internal static void Randomize(Model model, int seed = 3)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var weights = model.Weights;
        for (var i = 0; i < weights.Count; i++)
        {
            var value = weights[i].Value();
            if (value.is_floating_point() && value.dim() < 3 && value.numel() > 0 && !weights[i].Name.EndsWith("kernel", StringComparison.Ordinal) && !weights[i].Name.EndsWith("embeddings", StringComparison.Ordinal))
            {
                var drawn = Numbers.Uniform(seed + i, value.shape, 0.5);
                weights[i].Write(weights[i].Name.EndsWith("variance", StringComparison.Ordinal) ? drawn.abs() + 0.5 : drawn);
            }
        }
    }
}
