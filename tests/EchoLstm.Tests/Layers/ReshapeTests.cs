namespace EchoLstm.Tests.Layers;

/// <summary>Reshape, Flatten and the Activation layer.</summary>
public class ReshapeTests
{
    [Fact]
    public void It_keeps_the_values_in_their_order()
    {
        using var scope = NewDisposeScope();
        using var reshape = new Reshape(3, 2);
        var x = arange(12, dtype: ScalarType.Float32).reshape(2, 6);

        var output = reshape.call(x);

        output.shape.Should().Equal(2, 3, 2);
        output.ShouldMatch(x.Values(), Tolerance.None);
        reshape.CountParameters().Should().Be(0);
    }

    [Theory]
    [InlineData(new long[] { -1, 2 }, "(None, 5, 2)")]
    [InlineData(new long[] { 5, -1 }, "(None, 5, 2)")]
    [InlineData(new long[] { -1 }, "(None, 10)")]
    [InlineData(new long[] { 2, 1, 5 }, "(None, 2, 1, 5)")]
    public void It_finds_one_length(long[] target, string expected)
    {
        using var reshape = new Reshape(target);

        reshape.OutputShape(new Shape(null, 10)).ToString().Should().Be(expected);
        reshape.TargetShape.Should().Equal(target);
    }

    [Fact]
    public void A_length_that_depends_on_an_unknown_one_is_unknown()
    {
        using var reshape = new Reshape(-1, 4);

        reshape.OutputShape(new Shape(null, null, 2)).ToString().Should().Be("(None, None, 4)");
    }

    /// <summary>Each step of the second layer reads two steps of the first: (batch, T, F) to (batch, T / 2, 2 F).</summary>
    [Fact]
    public void It_makes_a_pyramid_of_recurrent_layers()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(3, returnSequences: true), new Reshape(-1, 6), new Lstm(2, returnSequences: true));
        model.Build(8, 1);

        model.Predict(Numbers.Uniform(1, [2, 8, 1])).shape.Should().Equal(2, 4, 2);
    }

    [Fact]
    public void It_makes_a_softmax_for_each_block()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(3), new Dense(2 * 10), new Reshape(2, 10), new ActivationLayer(Activation.Softmax)) { Seed = 1 };
        model.Build(5, 1);

        model.Predict(Numbers.Uniform(1, [4, 5, 1])).sum(-1).ShouldMatchTensor(ones(4, 2), Tolerance.Float32);
    }

    [Fact]
    public void A_shape_of_other_size_is_an_error()
    {
        using var reshape = new Reshape(3, 2) { Name = "r" };
        using var open = new Reshape(-1, 4) { Name = "r" };

        Errors.Expect<ShapeMismatchException>(
            () => reshape.OutputShape(new Shape(null, 7)),
            "Reshape 'r' makes samples of shape (3, 2), so it expects 6 values a sample but received (None, 7), which has 7. Change the target, or what comes before.");
        Errors.Expect<ShapeMismatchException>(
            () => open.OutputShape(new Shape(null, 3, 2)),
            "Reshape 'r' makes samples of shape (-1, 4), so it expects a multiple of 4 values a sample but received (None, 3, 2), which has 6. Change the target, or what comes before.");
        Errors.Expect<ArgumentException>(
            () => _ = new Reshape(-1, -1),
            "Reshape can't make (-1, -1): expected lengths of at least 1, of which one may be -1 to be found. Leave out the samples axis. (Parameter 'targetShape')");
        Errors.Expect<ArgumentException>(
            () => _ = new Reshape(0),
            "Reshape can't make (0): expected lengths of at least 1, of which one may be -1 to be found. Leave out the samples axis. (Parameter 'targetShape')");
    }

    [Fact]
    public void Flatten_makes_one_vector_of_a_sample()
    {
        using var scope = NewDisposeScope();
        using var flatten = new Flatten { Name = "f" };
        var x = Numbers.Uniform(1, [2, 3, 4]);

        flatten.call(x).shape.Should().Equal(2, 12);
        flatten.call(x).ShouldMatch(x.Values(), Tolerance.None);
        flatten.OutputShape(new Shape(null, 5)).ToString().Should().Be("(None, 5)");
        flatten.OutputShape(new Shape(null, null, 4)).ToString().Should().Be("(None, None)");
        Errors.Expect<ShapeMismatchException>(
            () => flatten.OutputShape(new Shape(5)),
            "Flatten 'f' expects input of rank 2 or more (samples, ...) but received (5,). Reshape single numbers to (samples, 1).");
    }

    [Theory]
    [InlineData(Activation.Linear)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.HardSigmoid)]
    [InlineData(Activation.Softmax)]
    public void An_activation_layer_equals_the_activation_of_the_layer_before(Activation activation)
    {
        using var scope = NewDisposeScope();
        using var within = new SequentialModel(new Dense(4, activation)) { Seed = 1 };
        using var behind = new SequentialModel(new Dense(4), new ActivationLayer(activation)) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 3, 5]);

        behind.call(x).ShouldMatchTensor(within.call(x), Tolerance.None);
        ((ActivationLayer)behind.Layers[1]).Activation.Should().Be(activation);
        behind.Summary().Should().Contain("activation_1 (Activation)");
    }
}
