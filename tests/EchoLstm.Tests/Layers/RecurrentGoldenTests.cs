using System.Text.Json;
using EchoLstm.Tests.Golden;

namespace EchoLstm.Tests.Layers;

/// <summary>All cases of the golden file of wrappers and recurrent layers, built of this library's layers alone.</summary>
public class RecurrentGoldenTests
{
    private const string MaskedBidirectional = "masking-bidirectional";

    private static readonly string[] Names =
    [
        "td-dense-relu", "td-conv1d", "td-lstm", "td-lstm-sequences", "repeat-vector", "lstm-repeat-vector-lstm",
        "bidirectional-concat", "bidirectional-concat-sequences", "bidirectional-sum", "bidirectional-sum-sequences",
        "bidirectional-mul", "bidirectional-mul-sequences", "bidirectional-ave", "bidirectional-ave-sequences",
        "masking-tail", "masking-tail-sequences", "masking-middle", "masking-middle-sequences", "masking-value", "masking-stacked",
        MaskedBidirectional, "masking-gru", "stacked-lstm", "stacked-lstm-sequences", "gru", "gru-sequences", "simple-rnn", "simple-rnn-sequences",
    ];

    public static TheoryData<string> Cases => [.. Names.Where(name => name != MaskedBidirectional)];

    [Fact]
    public void The_file_has_the_28_cases_that_are_tested() =>
        GoldenCase.Load("wrappers").Parts("cases").Select(part => part.Name).Should().BeEquivalentTo(Names).And.HaveCount(28);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_model_gives_the_golden_outputs_and_gradients(string name)
    {
        var golden = GoldenCase.Load("wrappers", name);
        using var scope = NewDisposeScope();
        using var model = Build(golden);
        var input = golden.Inputs.ToTensor().requires_grad_();

        var output = model.call(input);

        output.shape.Should().Equal(golden.Tensor("outputs").Shape);
        output.ShouldMatch(golden.Tensor("outputs").Values, GoldenTolerances.Outputs, "the output");
        GradientsShouldMatch(model, output, golden);
        var expected = golden.Part("gradients");
        if (expected.Has("input"))
        {
            input.grad!.ShouldMatch(expected.Tensor("input").Values, GoldenTolerances.Gradients, "the gradient of the input");
        }
        using var predicted = model.Predict(golden.Inputs.ToTensor());
        predicted.ShouldMatch(golden.Tensor("outputs").Values, GoldenTolerances.Outputs, "the prediction");
    }

    /// <summary>
    /// TensorFlow.js repeats outputs at masked steps here, as its layers inside do; Keras sets zero_output_for_mask on them, so that its wrapper gives zeros.
    /// The layers inside give the file's numbers and gradients, and the wrapper differs from the file at masked steps alone.
    /// </summary>
    [Fact]
    public void A_masked_Bidirectional_has_zeros_as_Keras_where_the_golden_file_has_repeats()
    {
        var golden = GoldenCase.Load("wrappers", MaskedBidirectional);
        using var scope = NewDisposeScope();
        using var model = Build(golden);
        var (masking, bidirectional) = ((Masking)model.Layers[0], (Bidirectional)model.Layers[1]);
        var x = golden.Inputs.ToTensor();
        var mask = x.ne(masking.MaskValue).any(-1);
        mask.all().ToBoolean().Should().BeFalse("some steps are masked");
        var expected = golden.Tensor("outputs").ToTensor();

        var masked = masking.call(x);
        var unmerged = cat([bidirectional.Forward.call(masked), bidirectional.Backward.call(masked).flip(1)], -1);
        unmerged.ShouldMatchTensor(expected, GoldenTolerances.Outputs, "the outputs of the layers inside");
        GradientsShouldMatch(model, unmerged, golden);

        var output = model.call(x);
        var zeroed = where(mask.unsqueeze(-1), expected, zeros_like(expected));
        zeroed.Values().Should().NotEqual(expected.Values(), "the file has repeats at masked steps");
        output.ShouldMatchTensor(zeroed, GoldenTolerances.Outputs, "the output");
    }

    private static void GradientsShouldMatch(SequentialModel model, Tensor output, GoldenCase golden)
    {
        var expected = golden.Part("gradients");
        var objective = (output * expected.Tensor("outputWeights").ToTensor()).sum();
        objective.backward();
        objective.ShouldMatch([expected.Number("objective")], GoldenTolerances.Gradients, "the objective");
        var gradients = expected.Tensors("weights");
        model.Weights.Should().HaveSameCount(gradients);
        foreach (var (weight, gradient) in model.Weights.Zip(gradients))
        {
            using var actual = weight.Gradient()!;
            actual.shape.Should().Equal(gradient.Shape, $"of the layout of {gradient.Name}");
            actual.ShouldMatch(gradient.Values, GoldenTolerances.Gradients, $"the gradient of {gradient.Name}");
        }
    }

    private static SequentialModel Build(GoldenCase golden)
    {
        var model = new SequentialModel([.. golden.Model.Select(Layer)]);
        model.Build(golden.InputShape);
        model.CountParameters().Should().Be(golden.ParameterCount);
        model.SetWeights([.. golden.Weights.Select(weight => weight.ToArray())]);
        return model;
    }

    private static nn.Module<Tensor, Tensor> Layer(JsonElement layer)
    {
        switch (layer.GetProperty("type").GetString())
        {
            case "TimeDistributed":
                return new TimeDistributed(Layer(layer.GetProperty("layer")));
            case "Bidirectional":
                return new Bidirectional((RecurrentLayer)Layer(layer.GetProperty("layer")), Enum.Parse<MergeMode>(Text("mergeMode"), ignoreCase: true));
            case "Masking":
                return new Masking(layer.GetProperty("maskValue").GetDouble());
            case "Conv1D":
                return new Conv1D(Int("filters"), Int("kernelSize"), Int("strides"), Enum.Parse<StepPadding>(Text("padding"), ignoreCase: true), Function("activation"), Flag("useBias"));
            case "GRU":
                return new Gru(Int("units"), Flag("returnSequences"), activation: Function("activation"), recurrentActivation: Function("recurrentActivation"), useBias: Flag("useBias"), resetAfter: Flag("resetAfter"));
            case "SimpleRNN":
                return new SimpleRnn(Int("units"), Flag("returnSequences"), activation: Function("activation"), useBias: Flag("useBias"));
            default:
                return GoldenModel.Layer(layer);
        }

        int Int(string property) => layer.GetProperty(property).GetInt32();
        bool Flag(string property) => layer.GetProperty(property).GetBoolean();
        string Text(string property) => layer.GetProperty(property).GetString()!;
        Activation Function(string property) => Enum.Parse<Activation>(Text(property), ignoreCase: true);
    }
}
