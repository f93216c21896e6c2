namespace EchoLstm.Tests.Golden;

/// <summary>The LSTM alone, against golden values of another implementation of Keras.</summary>
public class LstmForwardGoldenTests
{
    [Theory]
    [InlineData("last-output")]
    [InlineData("sequences")]
    [InlineData("return-state")]
    [InlineData("return-state-sequences")]
    [InlineData("go-backwards")]
    [InlineData("go-backwards-sequences")]
    [InlineData("no-bias")]
    [InlineData("hard-sigmoid")]
    [InlineData("wide-sigmoid")]
    [InlineData("relu")]
    [InlineData("initial-state")]
    [InlineData("initial-state-last")]
    [InlineData("one-step-one-unit")]
    public void An_Lstm_gives_the_golden_outputs_states_and_gradients(string name)
    {
        var golden = GoldenCase.Load("lstm-forward", name);
        using var scope = NewDisposeScope();
        using var lstm = GoldenModel.Lstm(golden.Model.Single());
        lstm.Build(new Shape([null, .. golden.InputShape]));
        lstm.CountParameters().Should().Be(golden.ParameterCount);
        lstm.SetWeights([.. golden.Weights.Select(weight => weight.ToArray())]);
        var input = golden.Inputs.ToTensor().requires_grad_();
        var initial = golden.Has("initialState")
            ? golden.Tensors("initialState").Select(state => state.ToTensor().requires_grad_()).ToArray()
            : null;

        var (output, state) = lstm.CallWithState(input, initial is null ? null : new LstmState(initial[0], initial[1]));

        output.shape.Should().Equal(golden.Tensor("outputs").Shape);
        output.ShouldMatch(golden.Tensor("outputs").Values, GoldenTolerances.Outputs, "the output");
        if (golden.Has("states"))
        {
            state.Hidden.ShouldMatch(golden.Tensors("states")[0].Values, GoldenTolerances.Outputs, "the final h");
            state.Cell.ShouldMatch(golden.Tensors("states")[1].Values, GoldenTolerances.Outputs, "the final c");
        }

        var expected = golden.Part("gradients");
        var objective = (output * expected.Tensor("outputWeights").ToTensor()).sum();
        if (expected.Has("stateWeights"))
        {
            var weights = expected.Tensors("stateWeights");
            objective = objective + (state.Hidden * weights[0].ToTensor()).sum() + (state.Cell * weights[1].ToTensor()).sum();
        }
        objective.backward();

        objective.ShouldMatch([expected.Number("objective")], GoldenTolerances.Gradients, "the objective");
        GoldenModel.GradientsShouldMatch(lstm, expected.Tensors("weights"));
        if (expected.Has("input"))
        {
            input.grad!.ShouldMatch(expected.Tensor("input").Values, GoldenTolerances.Gradients, "the gradient of the input");
        }
        if (expected.Has("initialState"))
        {
            var states = expected.Tensors("initialState");
            initial![0].grad!.ShouldMatch(states[0].Values, GoldenTolerances.Gradients, "the gradient of the initial h");
            initial[1].grad!.ShouldMatch(states[1].Values, GoldenTolerances.Gradients, "the gradient of the initial c");
        }
    }
}
