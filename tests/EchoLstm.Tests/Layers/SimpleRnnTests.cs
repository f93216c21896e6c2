namespace EchoLstm.Tests.Layers;

public class SimpleRnnTests
{
    public static TheoryData<Activation> Activations => [.. Enum.GetValues<Activation>()];

    [Fact]
    public void It_has_as_many_parameters_as_the_formula_says()
    {
        using var rnn = new SimpleRnn(5);
        rnn.Build(new Shape(null, 5, 1));

        rnn.CountParameters().Should().Be(35);
        rnn.parameters().Sum(parameter => parameter.numel()).Should().Be(35);
        rnn.CountingFormula.Should().Be("(1 + 1) * 5 + 5²");
    }

    [Fact]
    public void Its_weights_have_Kerass_layout_and_initial_values()
    {
        using var scope = NewDisposeScope();
        using var rnn = new SimpleRnn(5) { Seed = 1 };
        rnn.Build(new Shape(null, null, 2));

        var weights = rnn.GetWeights();
        string.Join(' ', weights.Select(weight => Shape.Of(from_array(weight)).ToString())).Should().Be("(2, 5) (5, 5) (5,)");
        var limit = Math.Sqrt(6.0 / (2 + 5));
        weights[0].Values().Should().OnlyContain(value => Math.Abs(value) <= limit);
        var recurrent = from_array(weights[1]);
        recurrent.matmul(recurrent.t()).ShouldMatchTensor(eye(5), Tolerance.Float32, "U U'");
        weights[2].Values().Should().OnlyContain(value => value == 0);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void With_any_options_and_any_mask_a_SimpleRnn_equals_the_textbook(Activation activation)
    {
        for (var bits = 0; bits < 64; bits++)
        {
            var (returnSequences, goBackwards, useBias) = ((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
            var (stateful, withState, withMask) = ((bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0);
            using var scope = NewDisposeScope();
            using var rnn = new SimpleRnn(3, returnSequences, stateful, goBackwards, activation, useBias);
            RecurrentOracle.Check(rnn, () => new TextbookSimpleRnn(rnn).Run, withState, withMask, bits);
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void The_gradients_equal_differences(Activation activation)
    {
        RecurrentOracle.GradientsEqualDifferences(new SimpleRnn(2, returnSequences: true, activation: activation), withMask: false);
        RecurrentOracle.GradientsEqualDifferences(new SimpleRnn(2, goBackwards: true, activation: activation), withMask: true);
    }
}
