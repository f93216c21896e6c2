namespace EchoLstm.Tests.Layers;

/// <summary>Every combination of the LSTM's options against a scalar loop in double precision, and its gradients against differences.</summary>
public class LstmTextbookTests
{
    private const int Samples = 2;

    public static TheoryData<Activation, Activation> Activations => RecurrentOracle.Activations;

    public static TheoryData<bool, bool, bool, bool> Switches
    {
        get
        {
            var data = new TheoryData<bool, bool, bool, bool>();
            for (var bits = 0; bits < 16; bits++)
            {
                data.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void With_any_options_an_Lstm_equals_the_textbook(Activation activation, Activation recurrentActivation)
    {
        for (var bits = 0; bits < 64; bits++)
        {
            var (returnSequences, goBackwards, useBias) = ((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
            var (unitForgetBias, stateful, withState) = ((bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0);
            using var scope = NewDisposeScope();
            using var lstm = new Lstm(3, returnSequences, false, stateful, goBackwards, activation, recurrentActivation, useBias, unitForgetBias) { Seed = bits };
            using var x = Numbers.Uniform(100 + bits, [Samples, 4, 2], 2, ScalarType.Float64);
            lstm.Build(Shape.Of(x));
            lstm.to(ScalarType.Float64);
            if (useBias)
            {
                ((double[])lstm.GetWeights()[2]).Should().Equal(ForgetBias(unitForgetBias));
            }
            lstm.SetWeights([.. lstm.Weights.Select((weight, i) => WithNoise(weight, bits + i))]);
            var textbook = TextbookLstm.Of(lstm);
            using var initial = withState
                ? new LstmState(Numbers.Uniform(1, [Samples, 3], 1, ScalarType.Float64), Numbers.Uniform(2, [Samples, 3], 1, ScalarType.Float64))
                : LstmState.Zeros(Samples, 3, ScalarType.Float64);
            var (h, c) = (Rows(initial.Hidden), Rows(initial.Cell));

            for (var call = 0; call < 2; call++)
            {
                var startsAnew = call == 0 || !stateful;
                if (startsAnew)
                {
                    (h, c) = (Rows(initial.Hidden), Rows(initial.Cell));
                }
                var expected = textbook.Run(Cube(x), h, c);
                var (output, state) = lstm.CallWithState(x, startsAnew && withState ? initial : null);

                var what = $"options {bits}, call {call}";
                output.shape.Should().Equal(returnSequences ? [Samples, 4, 3] : [Samples, 3], what);
                output.ShouldMatch([.. expected.SelectMany(steps => returnSequences ? steps.SelectMany(step => step) : steps[^1])], Tolerance.Float64, $"the output of {what}");
                state.Hidden.ShouldMatch([.. h.SelectMany(row => row)], Tolerance.Float64, $"h of {what}");
                state.Cell.ShouldMatch([.. c.SelectMany(row => row)], Tolerance.Float64, $"c of {what}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Switches))]
    public void The_gradients_equal_differences(bool returnSequences, bool goBackwards, bool useBias, bool stateful) =>
        GradientsEqualDifferences(new Lstm(2, returnSequences, false, stateful, goBackwards, useBias: useBias) { Seed = 3 });

    [Theory]
    [MemberData(nameof(Activations))]
    public void The_gradients_through_any_activations_equal_differences(Activation activation, Activation recurrentActivation) =>
        GradientsEqualDifferences(new Lstm(2, returnSequences: true, activation: activation, recurrentActivation: recurrentActivation) { Seed = 5 });

    // With respect to the weights, the input, and the state before; of the output and the state after.
    private static void GradientsEqualDifferences(Lstm lstm)
    {
        using var scope = NewDisposeScope();
        using (lstm)
        {
            var x = Numbers.Uniform(7, [Samples, 3, 1], 1, ScalarType.Float64);
            var h = Numbers.Uniform(8, [Samples, 2], 1, ScalarType.Float64);
            var c = Numbers.Uniform(9, [Samples, 2], 1, ScalarType.Float64);
            lstm.Build(Shape.Of(x));
            lstm.to(ScalarType.Float64);
            GradientCheck.Verify(
                inputs =>
                {
                    var (output, state) = lstm.CallWithState(inputs[0], new LstmState(inputs[1], inputs[2]));
                    return cat([output.reshape(-1), state.Hidden.reshape(-1), state.Cell.reshape(-1)], 0);
                },
                [x, h, c, .. lstm.parameters()]);
        }
    }

    private static double[] ForgetBias(bool unitForgetBias)
    {
        var forget = unitForgetBias ? 1.0 : 0.0;
        return [0, 0, 0, forget, forget, forget, 0, 0, 0, 0, 0, 0];
    }

    private static Array WithNoise(LayerWeight weight, int seed)
    {
        using var scope = NewDisposeScope();
        var value = weight.Value();
        return Numbers.Shaped((value + Numbers.Uniform(seed, value.shape, 0.5, ScalarType.Float64)).Values(), value.shape);
    }

    private static double[][] Rows(Tensor matrix) => [.. matrix.Values().Chunk((int)matrix.shape[1])];

    private static double[,,] Cube(Tensor x) => (double[,,])Numbers.Shaped(x.Values(), x.shape);
}
