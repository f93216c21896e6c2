namespace EchoLstm.Tests.Layers;

/// <summary>LeakyRelu, Elu and PRelu.</summary>
public class RectifierTests
{
    [Fact]
    public void They_give_the_numbers_that_one_computes_by_hand()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[,] { { -2, -1, 0, 1 } });
        using var leaky = new LeakyRelu();
        using var elu = new Elu();
        using var half = new Elu(0.5);
        using var learned = new PRelu();
        learned.Build(new Shape(null, 4));

        leaky.call(x).ShouldMatch([-0.6, -0.3, 0, 1], Tolerance.Float32);
        elu.call(x).ShouldMatch([Math.Exp(-2) - 1, Math.Exp(-1) - 1, 0, 1], Tolerance.Float32);
        half.call(x).ShouldMatch([(Math.Exp(-2) - 1) / 2, (Math.Exp(-1) - 1) / 2, 0, 1], Tolerance.Float32);
        learned.call(x).ShouldMatch([0, 0, 0, 1], Tolerance.Float32, "alpha begins with 0");
        learned.SetWeights([new[] { 0.5f, -2, 3, 4 }]);
        learned.call(x).ShouldMatch([-1, 2, 0, 1], Tolerance.Float32);
        (leaky.NegativeSlope, elu.Alpha, learned.SharedAxes.Count).Should().Be((0.3, 1, 0));
        leaky.KerasClass.Should().Be("LeakyReLU");
        (new PRelu { Seed = 1 }.Name, new LeakyRelu().Name, new Elu().Name).Should().Be(("p_re_lu", "leaky_re_lu", "elu"), "as Keras names them");
    }

    [Theory]
    [InlineData(new int[0], "(4, 3)")]
    [InlineData(new[] { 1 }, "(1, 3)")]
    [InlineData(new[] { 2 }, "(4, 1)")]
    [InlineData(new[] { 1, 2 }, "(1, 1)")]
    public void Alpha_has_one_number_along_a_shared_axis(int[] sharedAxes, string shape)
    {
        using var scope = NewDisposeScope();
        using var layer = new PRelu(sharedAxes);
        var x = Numbers.Uniform(1, [2, 4, 3]);
        layer.Build(new Shape(null, 4, 3));
        layer.WithArbitraryWeights(2);

        var alpha = layer.GetWeights()[0];

        Shape.Of(layer.get_parameter("alpha")!).ToString().Should().Be(shape);
        layer.call(x).ShouldMatchTensor(where(x.lt(0), x * layer.get_parameter("alpha")!, x), Tolerance.Float32);
        layer.CountParameters().Should().Be(alpha.LongLength);
    }

    [Fact]
    public void Sequences_of_any_length_share_along_the_time_steps()
    {
        using var scope = NewDisposeScope();
        using var shared = new PRelu([1]);
        using var single = new PRelu { Name = "p" };
        shared.Build(new Shape(null, null, 2));
        single.Build(new Shape(null, 4, 2));

        shared.call(zeros(1, 7, 2)).shape.Should().Equal(1, 7, 2);
        (shared.Settings.StreamObstacle, single.Settings.StreamObstacle).Should().Be((null, "has a number for each time step (with sharedAxes: [1] it has not)"));
        Errors.Expect<ShapeMismatchException>(
            () => single.call(zeros(1, 5, 2)),
            "PRelu 'p' was built for (None, 4, 2) but received (1, 5, 2), and has a number for each place. Give it the shape it was built for, or share along the axis whose length varies: sharedAxes.");
        Errors.Expect<ShapeMismatchException>(
            () => new PRelu { Name = "p" }.Build(new Shape(null, null, 2)),
            "PRelu 'p' has a number for each place of axis 1 but received (None, None, 2), whose length there is not known. Give that length at Build, or share along the axis: sharedAxes: [1].");
    }

    [Fact]
    public void A_stream_reads_what_shares_along_the_time_steps_alone()
    {
        using var model = new SequentialModel(new Lstm(2, returnSequences: true), new PRelu()) { Seed = 1 };
        model.Build(3, 1);

        model.Invoking(it => it.OpenStream()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Wrong_settings_are_errors()
    {
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new LeakyRelu(-0.5), "LeakyRelu's negativeSlope must be a finite number of at least 0. (Parameter 'negativeSlope')\nActual value was -0.5.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Elu(double.NaN), "Elu's alpha must be a finite number of at least 0. (Parameter 'alpha')\nActual value was NaN.".ReplaceLineEndings());
        Errors.Expect<ArgumentException>(() => _ = new PRelu([0]), "PRelu can't share along the axes 0: expected each once, 1 or more, as the samples are axis 0. (Parameter 'sharedAxes')");
        Errors.Expect<ShapeMismatchException>(
            () => new PRelu([2]) { Name = "p" }.OutputShape(new Shape(null, 4)),
            "PRelu 'p' shares along the axes 2, so it expects input of rank 3 or more but received (None, 4). Share fewer axes.");
    }
}
