using EchoLstm.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EchoLstm.Tests.Onnx;

/// <summary>A model's ONNX file in ONNX Runtime. It gets no NaN, and at least one sample and one step: it survives not every shape.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;

    private OnnxRun(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(path, options);
    }

    internal IReadOnlyDictionary<string, string> Properties => _session.ModelMetadata.CustomMetadataMap;

    internal IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    internal IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    /// <summary>Exports a model and opens it.</summary>
    internal static OnnxRun Of(Model model, OnnxOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        model.ExportOnnx(folder.File("model.onnx"), options);
        return new OnnxRun(folder.File("model.onnx"));
    }

    /// <summary>The output for an input; in the caller's dispose scope.</summary>
    internal Tensor Predict(Tensor x, int[]? lengths = null)
    {
        Dictionary<string, Tensor> inputs = new() { ["input"] = x };
        if (lengths is not null)
        {
            inputs["lengths"] = tensor([.. lengths.Select(length => (long)length)]);
        }
        return Run(inputs)["output"];
    }

    /// <summary>A state of zeros for each input that is one.</summary>
    internal Dictionary<string, Tensor> Zeros(long samples) => Inputs.Where(input => input.Key.EndsWith("_in", StringComparison.Ordinal))
        .ToDictionary(input => input.Key, input => zeros([samples, .. input.Value.Dimensions.Skip(1).Select(length => (long)length)]));

    /// <summary>The output for some steps, and the states for the next.</summary>
    internal (Tensor Output, Dictionary<string, Tensor> States) Step(Tensor x, Dictionary<string, Tensor> states)
    {
        var outputs = Run(new(states) { ["input"] = x });
        return (outputs["output"], states.ToDictionary(state => state.Key, state => outputs[$"{state.Key[..^3]}_out"]));
    }

    /// <summary>All outputs for all inputs.</summary>
    internal Dictionary<string, Tensor> Run(Dictionary<string, Tensor> inputs)
    {
        using var options = new RunOptions();
        var values = inputs.ToDictionary(input => input.Key, input => Value(input.Value, Inputs[input.Key].ElementType));
        try
        {
            using var outputs = _session.Run(options, values, _session.OutputNames);
            return _session.OutputNames.Zip(outputs).ToDictionary(
                pair => pair.First,
                pair => tensor(pair.Second.GetTensorDataAsSpan<float>().ToArray()).reshape(pair.Second.GetTensorTypeAndShape().Shape));
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    public void Dispose() => _session.Dispose();

    private static OrtValue Value(Tensor x, Type type)
    {
        using var scope = NewDisposeScope();
        x.numel().Should().BePositive("ONNX Runtime survives not every shape");
        x.isfinite().all().item<bool>().Should().BeTrue("ONNX Runtime answers NaN with plausible numbers");
        return type == typeof(long)
            ? OrtValue.CreateTensorValueFromMemory(x.to(ScalarType.Int64).contiguous().data<long>().ToArray(), x.shape)
            : OrtValue.CreateTensorValueFromMemory(x.to(ScalarType.Float32).contiguous().data<float>().ToArray(), x.shape);
    }
}
