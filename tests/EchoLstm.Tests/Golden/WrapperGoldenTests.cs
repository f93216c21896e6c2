namespace EchoLstm.Tests.Golden;

/// <summary>TimeDistributed, RepeatVector and stacks, against golden values of another implementation of Keras.</summary>
public class WrapperGoldenTests
{
    [Theory]
    [InlineData("td-dense-relu")]
    [InlineData("td-conv1d")]
    [InlineData("td-lstm")]
    [InlineData("td-lstm-sequences")]
    [InlineData("repeat-vector")]
    [InlineData("lstm-repeat-vector-lstm")]
    [InlineData("stacked-lstm")]
    [InlineData("stacked-lstm-sequences")]
    public void A_model_gives_the_golden_outputs_and_gradients(string name)
    {
        var golden = GoldenCase.Load("wrappers", name);
        using var scope = NewDisposeScope();
        using var model = GoldenModel.Build(golden);
        var input = golden.Inputs.ToTensor().requires_grad_();

        var output = model.call(input);

        output.shape.Should().Equal(golden.Tensor("outputs").Shape);
        output.ShouldMatch(golden.Tensor("outputs").Values, GoldenTolerances.Outputs, "the output");

        var expected = golden.Part("gradients");
        var objective = (output * expected.Tensor("outputWeights").ToTensor()).sum();
        objective.backward();

        objective.ShouldMatch([expected.Number("objective")], GoldenTolerances.Gradients, "the objective");
        input.grad!.ShouldMatch(expected.Tensor("input").Values, GoldenTolerances.Gradients, "the gradient of the input");
        GoldenModel.GradientsShouldMatch(model, expected.Tensors("weights"));
    }
}
