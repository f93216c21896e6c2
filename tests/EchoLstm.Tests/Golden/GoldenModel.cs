using System.Text.Json;
using TorchSharp.Modules;

namespace EchoLstm.Tests.Golden;

/// <summary>Builds the library's layers from a golden file's description of Keras's.</summary>
internal static class GoldenModel
{
    /// <summary>The case's model with the case's weights.</summary>
    internal static SequentialModel Build(GoldenCase golden)
    {
        var model = new SequentialModel([.. golden.Model.Select(Layer)]);
        model.Build(golden.InputShape);
        model.CountParameters().Should().Be(golden.ParameterCount);
        model.SetWeights([.. golden.Weights.Zip(model.Weights, (weight, target) => InLayoutOf(target, weight))]);
        return model;
    }

    internal static nn.Module<Tensor, Tensor> Layer(JsonElement layer) => layer.GetProperty("type").GetString() switch
    {
        "LSTM" => Lstm(layer),
        "Dense" => new Dense(layer.GetProperty("units").GetInt32(), Activation(layer, "activation"), layer.GetProperty("useBias").GetBoolean()),
        "RepeatVector" => new RepeatVector(layer.GetProperty("n").GetInt32()),
        "TimeDistributed" => new TimeDistributed(Layer(layer.GetProperty("layer"))),
        "Conv1D" => new KerasConv1d(layer.GetProperty("filters").GetInt32(), layer.GetProperty("kernelSize").GetInt32()),
        var type => throw new NotSupportedException($"The tests have no layer {type}."),
    };

    internal static Lstm Lstm(JsonElement layer) => new(
        layer.GetProperty("units").GetInt32(),
        layer.GetProperty("returnSequences").GetBoolean(),
        layer.GetProperty("returnState").GetBoolean(),
        layer.GetProperty("stateful").GetBoolean(),
        layer.GetProperty("goBackwards").GetBoolean(),
        Activation(layer, "activation"),
        Activation(layer, "recurrentActivation"),
        layer.GetProperty("useBias").GetBoolean());

    /// <summary>Compares Keras's gradients with those that a backward pass left in the model's parameters.</summary>
    internal static void GradientsShouldMatch(Layer layer, IReadOnlyList<GoldenTensor> expected)
    {
        layer.Weights.Should().HaveSameCount(expected);
        foreach (var (weight, gradient) in layer.Weights.Zip(expected))
        {
            using var actual = weight.Gradient();
            actual!.ShouldMatch(InLayoutOf(weight, gradient).Values(), GoldenTolerances.Gradients, $"the gradient of {gradient.Name}");
        }
    }

    // A TorchSharp convolution keeps (filters, input features, kernel size), Keras's (kernel size, input features, filters).
    private static Array InLayoutOf(LayerWeight target, GoldenTensor weight)
    {
        if (weight.Shape.Length < 3)
        {
            return weight.ToArray();
        }
        using var scope = NewDisposeScope();
        using var value = target.Value();
        return Numbers.Shaped([.. weight.ToTensor().permute(2, 1, 0).Values().Select(number => (float)number)], value.shape);
    }

    private static Activation Activation(JsonElement layer, string property) =>
        Enum.Parse<Activation>(layer.GetProperty(property).GetString()!, ignoreCase: true);
}

/// <summary>What a user of TorchSharp would write for Keras's Conv1D with relu: features last, where Torch has them before the length.</summary>
internal sealed class KerasConv1d : nn.Module<Tensor, Tensor>
{
    private const int InputFeatures = 2;
    private readonly Conv1d _convolution;

    internal KerasConv1d(int filters, int kernelSize)
        : base("Conv1D")
    {
        _convolution = nn.Conv1d(InputFeatures, filters, kernelSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        // A product of windows and filters: the call of libtorch 2.10's own has wrong gradients by its input on some processors.
        using var scope = NewDisposeScope();
        var windows = input.unfold(1, _convolution.kernel_size[0], 1).flatten(2); // (samples, windows, features · kernel size)
        return nn.functional.linear(windows, _convolution.weight!.flatten(1), _convolution.bias).relu().MoveToOuterDisposeScope();
    }
}
