namespace EchoLstm.Tests.Layers;

public class DenseTests
{
    [Theory]
    [InlineData(5, 1, 6)]
    [InlineData(5, 5, 30)]
    [InlineData(32, 8, 264)]
    [InlineData(20, 100, 2100)]
    public void It_has_inputs_times_outputs_plus_outputs_parameters(int features, int units, long expected)
    {
        using var dense = new Dense(units);
        dense.Build(new Shape(null, features));

        dense.parameters().Sum(parameter => parameter.numel()).Should().Be(expected);
        expected.Should().Be(((long)features * units) + units);
    }

    [Theory]
    [InlineData(Activation.Linear, new[] { -1.5, 0.25, 3 })]
    [InlineData(Activation.Relu, new[] { 0, 0.25, 3 })]
    [InlineData(Activation.Tanh, new[] { -0.905148253644866, 0.244918662403709, 0.99505475368673 })]
    [InlineData(Activation.Sigmoid, new[] { 0.182425523806356, 0.562176500885798, 0.952574126822433 })]
    [InlineData(Activation.HardSigmoid, new[] { 0.2, 0.55, 1 })]
    [InlineData(Activation.Softmax, new[] { 0.010333595967625783, 0.05946573900806135, 0.9302006650243128 })]
    public void It_multiplies_adds_and_activates(Activation activation, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var dense = new Dense(3, activation);
        dense.Build(new Shape(null, 2));
        dense.SetWeights([new float[,] { { 1, 2, 3 }, { -2, 0.5f, 1 } }, new float[] { -0.5f, -2.25f, -1 }]);

        // x W + b = (1 - 2 - .5, 2 + .5 - 2.25, 3 + 1 - 1)
        dense.call(tensor(new float[,] { { 1, 1 } })).ShouldMatch(expected, Tolerance.Float32);
    }

    [Fact]
    public void Softmax_runs_over_the_last_axis()
    {
        using var scope = NewDisposeScope();
        using var dense = new Dense(4, Activation.Softmax) { Seed = 1 };

        dense.call(Numbers.Uniform(1, [2, 3, 5])).sum(-1).ShouldMatchTensor(ones(2, 3), Tolerance.Float32);
    }

    [Fact]
    public void On_three_axes_it_works_step_by_step()
    {
        using var scope = NewDisposeScope();
        using var dense = new Dense(3) { Seed = 1 };
        var x = Numbers.Uniform(1, [6, 5, 7]);

        dense.call(x).ShouldMatchTensor(stack([.. Enumerable.Range(0, 5).Select(t => dense.call(x.select(1, t)))], 1), Tolerance.Float32);
    }

    [Fact]
    public void Its_bias_begins_at_zero_and_its_kernel_is_Glorot_uniform()
    {
        using var dense = new Dense(50) { Seed = 1 };
        dense.Build(new Shape(null, 100));
        var weights = dense.GetWeights();
        var limit = Math.Sqrt(6.0 / 150);

        weights[1].Values().Should().OnlyContain(value => value == 0);
        weights[0].Values().Max().Should().BeInRange(0.99 * limit, limit);
        weights[0].Values().Min().Should().BeInRange(-limit, -0.99 * limit);
    }

    [Fact]
    public void Units_below_1_are_refused() =>
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Dense(-3),
            $"A Dense layer needs at least 1 unit. (Parameter 'units'){Environment.NewLine}Actual value was -3.");

    [Fact]
    public void An_unknown_activation_is_refused() =>
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Dense(3, (Activation)(-1)),
            $"-1 is no activation: expected one of {string.Join(", ", Enum.GetNames<Activation>())}. (Parameter 'activation'){Environment.NewLine}Actual value was -1.");

    [Fact]
    public void Input_of_rank_1_is_refused()
    {
        using var dense = new Dense(3);
        using var x = zeros(4);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            dense,
            () => dense.call(x),
            "Dense 'dense' expects input of rank 2 or more (samples, ..., features) but received (4,). Reshape single numbers to (samples, 1).");
    }

    [Fact]
    public void An_unknown_number_of_features_is_refused()
    {
        using var dense = new Dense(3);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            dense,
            () => dense.Build(new Shape(null, null)),
            "Dense 'dense' must know the number of features to make its weights but received (None, None). Give the last axis a length.");
    }

    [Fact]
    public void Another_number_of_features_than_it_was_built_for_is_refused()
    {
        using var dense = new Dense(3);
        dense.Build(new Shape(null, 2));
        using var x = zeros(4, 6, 5);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            dense,
            () => dense.call(x),
            "Dense 'dense' was built for 2 features but received 5, in input of shape (4, 6, 5). Give it as many as it was built for, or make a new layer.");
    }

    [Fact]
    public void Weights_beyond_memory_are_refused_before_anything_is_allocated()
    {
        using var dense = new Dense(2_000_000);
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

        Errors.ExpectWithoutChange<InsufficientMemoryException>(
            dense,
            () => dense.Build(new Shape(null, 1_000_000)),
            $"Dense 'dense' asks for 2,000,002,000,000 parameters, 8,000,008,000,000 bytes, but this machine has {available} bytes of memory. The weights are features times units: reduce one of them, or summarise the input first.");
    }
}
