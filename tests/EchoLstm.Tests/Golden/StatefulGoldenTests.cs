namespace EchoLstm.Tests.Golden;

/// <summary>Stateful models called again and again, against golden values of another implementation of Keras.</summary>
public class StatefulGoldenTests
{
    [Theory]
    [InlineData("last-output", EngineKind.Torch)]
    [InlineData("sequences", EngineKind.Torch)]
    [InlineData("two-layers", EngineKind.Torch)]
    [InlineData("last-output", EngineKind.Fused)]
    [InlineData("sequences", EngineKind.Fused)]
    [InlineData("two-layers", EngineKind.Fused)]
    public void A_stateful_model_carries_the_golden_states_from_call_to_call(string name, EngineKind engine)
    {
        var golden = GoldenCase.Load("stateful-lstm", name);
        using var scope = NewDisposeScope();
        using var model = GoldenModel.Build(golden);
        model.RequestedEngine = engine;

        foreach (var call in golden.Parts("calls"))
        {
            if (call.Flag("resetStatesBefore"))
            {
                model.ResetStates();
            }

            var output = model.Predict(call.Inputs.ToTensor(), carryState: true);

            output.ShouldMatch(call.Tensor("outputs").Values, GoldenTolerances.Outputs, "the output");
            foreach (var (lstm, expected) in model.Layers.OfType<Lstm>().Zip(call["statesAfter"].EnumerateArray()))
            {
                using var state = lstm.CopyState()!;
                state.Hidden.ShouldMatch(new GoldenTensor(expected[0]).Values, GoldenTolerances.Outputs, $"h of {lstm.Name}");
                state.Cell.ShouldMatch(new GoldenTensor(expected[1]).Values, GoldenTolerances.Outputs, $"c of {lstm.Name}");
            }
        }
    }
}
