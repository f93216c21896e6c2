namespace EchoLstm.Tests.Layers;

public class GruTests
{
    public static TheoryData<Activation, Activation> Activations => RecurrentOracle.Activations;

    [Theory]
    [InlineData(true, 120)]
    [InlineData(false, 105)]
    public void It_has_as_many_parameters_as_the_formula_says(bool resetAfter, long expected)
    {
        using var gru = new Gru(5, resetAfter: resetAfter);
        gru.Build(new Shape(null, 5, 1));

        gru.CountParameters().Should().Be(expected);
        gru.parameters().Sum(parameter => parameter.numel()).Should().Be(expected);
        gru.GetWeights().Sum(weight => weight.LongLength).Should().Be(expected);
        gru.CountingFormula.Should().Be(resetAfter ? "3 * (1 * 5 + 5² + 2 * 5)" : "3 * ((1 + 1) * 5 + 5²)");
    }

    [Theory]
    [InlineData(true, "(2, 15) (5, 15) (2, 15)")]
    [InlineData(false, "(2, 15) (5, 15) (15,)")]
    public void Its_weights_have_Kerass_layout_and_initial_values(bool resetAfter, string shapes)
    {
        using var scope = NewDisposeScope();
        using var gru = new Gru(5, resetAfter: resetAfter) { Seed = 1 };
        gru.Build(new Shape(null, null, 2));

        var weights = gru.GetWeights();
        string.Join(' ', weights.Select(weight => Shape.Of(from_array(weight)).ToString())).Should().Be(shapes);
        var limit = Math.Sqrt(6.0 / (2 + 15));
        weights[0].Values().Should().OnlyContain(value => Math.Abs(value) <= limit);
        weights[0].Values().Max(Math.Abs).Should().BeGreaterThan(0.8 * limit);
        var recurrent = from_array(weights[1]);
        recurrent.matmul(recurrent.t()).ShouldMatchTensor(eye(5), Tolerance.Float32, "U U'");
        weights[2].Values().Should().OnlyContain(value => value == 0);
    }

    // Torch's own activations with every option, the others with some.
    [Theory]
    [MemberData(nameof(Activations))]
    public void With_any_options_and_any_mask_a_Gru_equals_the_textbook(Activation activation, Activation recurrentActivation)
    {
        var every = activation == Activation.Tanh && recurrentActivation == Activation.Sigmoid ? 1 : 9;
        for (var bits = 0; bits < 128; bits += every)
        {
            var (returnSequences, goBackwards, useBias, resetAfter) = ((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
            var (stateful, withState, withMask) = ((bits & 16) != 0, (bits & 32) != 0, (bits & 64) != 0);
            using var scope = NewDisposeScope();
            using var gru = new Gru(3, returnSequences, stateful, goBackwards, activation, recurrentActivation, useBias, resetAfter);
            RecurrentOracle.Check(gru, () => new TextbookGru(gru).Run, withState, withMask, bits);
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void The_gradients_through_any_activations_equal_differences(Activation activation, Activation recurrentActivation)
    {
        RecurrentOracle.GradientsEqualDifferences(new Gru(2, returnSequences: true, activation: activation, recurrentActivation: recurrentActivation), withMask: true);
        RecurrentOracle.GradientsEqualDifferences(new Gru(2, goBackwards: true, activation: activation, recurrentActivation: recurrentActivation, resetAfter: false), withMask: false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradients_of_Torchs_kernel_and_of_the_loop_equal_differences(bool withMask)
    {
        RecurrentOracle.GradientsEqualDifferences(new Gru(2, returnSequences: true), withMask);
        RecurrentOracle.GradientsEqualDifferences(new Gru(2, returnSequences: true, useBias: false), withMask);
        RecurrentOracle.GradientsEqualDifferences(new Gru(2, goBackwards: true, resetAfter: false), withMask);
    }

    [Fact]
    public void A_state_of_the_wrong_size_is_an_error()
    {
        using var scope = NewDisposeScope();
        using var gru = new Gru(3) { Name = "g" };

        Errors.Expect<ShapeMismatchException>(
            () => gru.CallWithState(ones(2, 4, 1), ones(2, 5)),
            "Gru 'g' has 3 units, so its state has shape (2, 3), but received (2, 5). Take the state from a layer with as many units.");
    }

    [Fact]
    public void Units_below_1_and_shares_outside_0_to_1_are_errors()
    {
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Gru(0), "Gru needs at least 1 unit. (Parameter 'units')\nActual value was 0.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Gru(1, recurrentDropout: 1),
            "recurrentDropout is the share of values that are dropped: at least 0 and below 1. (Parameter 'recurrentDropout')\nActual value was 1.".ReplaceLineEndings());
    }
}
