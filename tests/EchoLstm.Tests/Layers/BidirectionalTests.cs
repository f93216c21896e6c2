namespace EchoLstm.Tests.Layers;

public class BidirectionalTests
{
    public static TheoryData<RecurrentKind> Kinds => RecurrentKinds.All;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_has_twice_the_parameters(RecurrentKind kind)
    {
        using var one = kind.Make(5);
        using var both = new Bidirectional(kind.Make(5));
        one.Build(new Shape(null, 5, 1));
        both.Build(new Shape(null, 5, 1));

        both.CountParameters().Should().Be(2 * one.CountParameters());
        both.CountingFormula.Should().Be($"2 * ({one.CountingFormula})");
        both.GetWeights().Should().HaveCount(2 * one.GetWeights().Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_merges_a_layer_that_reads_forward_and_one_that_reads_the_reversed_input(RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        foreach (var returnSequences in new[] { false, true })
        {
            foreach (var mode in Enum.GetValues<MergeMode>())
            {
                var x = Numbers.Uniform(1, [2, 4, 2]);
                using var layer = new Bidirectional(kind.Make(3, returnSequences, seed: null), mode) { Seed = 2 };
                layer.Build(Shape.Of(x));
                layer.WithArbitraryWeights(5);
                using var reader = kind.Make(3, returnSequences);
                reader.Build(Shape.Of(x));
                reader.SetWeights(layer.Forward.GetWeights());
                var forward = reader.call(x);
                reader.SetWeights(layer.Backward.GetWeights());
                var backward = reader.call(x.flip(1));
                backward = returnSequences ? backward.flip(1) : backward;
                var expected = mode switch
                {
                    MergeMode.Concat => cat([forward, backward], -1),
                    MergeMode.Sum => forward + backward,
                    MergeMode.Mul => forward * backward,
                    MergeMode.Ave => (forward + backward) * 0.5,
                    _ => throw new NotSupportedException(),
                };

                var output = layer.call(x);

                output.ShouldMatchTensor(expected, Tolerance.Float32, $"{mode}, {(returnSequences ? "sequences" : "last")}");
                layer.OutputShape(Shape.Of(x)).Should().Equal(Shape.Of(output));
                var both = layer.CallBoth(x);
                both.Forward.ShouldMatchTensor(forward, Tolerance.Float32);
                both.Backward.ShouldMatchTensor(backward, Tolerance.Float32);
            }
        }
    }

    [Fact]
    public void Its_two_layers_begin_with_different_weights_and_can_be_reached()
    {
        using var layer = new Bidirectional(new Lstm(3, returnSequences: true)) { Seed = 1 };
        layer.Build(new Shape(null, 4, 2));

        layer.Forward.GetWeights()[0].Values().Should().NotEqual(layer.Backward.GetWeights()[0].Values());
        layer.Forward.GoBackwards.Should().BeFalse();
        layer.Backward.GoBackwards.Should().BeTrue();
        layer.Weights.Select(weight => weight.Name).Should().Equal(
            "forward/kernel", "forward/recurrent_kernel", "forward/bias", "backward/kernel", "backward/recurrent_kernel", "backward/bias");
    }

    [Fact]
    public void Masked_steps_are_zeros_in_both_directions_and_the_mask_goes_on()
    {
        using var scope = NewDisposeScope();
        using var layer = new Bidirectional(new Lstm(2, returnSequences: true)) { Seed = 1 };
        var mask = tensor(new[,] { { true, false, true }, { true, true, false } });
        var output = layer.call(Numbers.Uniform(1, [2, 3, 2]).Masked(mask));

        output[0, 1].ShouldMatch(new double[4], Tolerance.None);
        output[1, 2].ShouldMatch(new double[4], Tolerance.None);
        output.ne(0).all(-1).ShouldMatch(mask.Values(), Tolerance.None);
        StepMasks.Of(output)!.ShouldMatch(mask.Values(), Tolerance.None);
    }

    [Fact]
    public void A_stateful_one_carries_both_states()
    {
        using var scope = NewDisposeScope();
        using var layer = new Bidirectional(new Lstm(2, stateful: true)) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 3, 2]);
        var first = layer.call(x).Values();

        layer.call(x).Values().Should().NotEqual(first);
        layer.Forward.ResetStates();
        layer.Backward.ResetStates();
        layer.call(x).ShouldMatch(first, Tolerance.None);
    }

    [Fact]
    public void With_TimeDistributed_behind_it_learns_what_needs_the_future()
    {
        // The first step's target is known only from the last.
        using var model = new SequentialModel(new Bidirectional(new Lstm(4, returnSequences: true)), new TimeDistributed(new Dense(1))) { Seed = 1 };
        var x = Numbers.Uniform(1, [16, 3, 1]);
        using var y = x.flip(1);
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));

        var history = model.Fit(x, y, epochs: 120, verbose: 0);

        history.Loss[^1].Should().BeLessThan(history.Loss[0] / 20);
    }

    [Fact]
    public void A_layer_that_is_built_is_an_error()
    {
        using var lstm = new Lstm(2) { Name = "l" };
        lstm.Build(new Shape(null, 3, 1));

        Errors.Expect<ArgumentException>(
            () => _ = new Bidirectional(lstm),
            "Lstm 'l' is built already, so that its backward twin could not begin like it. Wrap it before it is built or called. (Parameter 'layer')");
    }

    [Fact]
    public void A_way_to_merge_that_there_is_not_is_refused()
    {
        using var lstm = new Lstm(2);

        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Bidirectional(lstm, (MergeMode)4),
            $"4 is no way to merge: expected one of Concat, Sum, Mul, Ave. (Parameter 'mergeMode'){Environment.NewLine}Actual value was 4.");
    }

    [Fact]
    public void A_frozen_layers_twin_is_frozen()
    {
        using var model = new SequentialModel(new Bidirectional(new Lstm(5) { Trainable = false }), new Dense(1));
        model.Build(4, 2);
        model.CountParameters(trainable: true).Should().Be(11);
    }

    public static TheoryData<RecurrentLayer> LayersWithEverySetting =>
    [
        new Lstm(3, true, true, true, true, Activation.Relu, Activation.HardSigmoid, false, false, 0.1, 0.2)
        {
            Name = "reader", Seed = 7, Trainable = false, UsesFusedKernel = false, CheckpointSteps = 4,
            KernelRegularizer = Regularizer.L1(0.1), RecurrentRegularizer = Regularizer.L2(0.2), BiasRegularizer = Regularizer.L1L2(0.3, 0.4),
        },
        new Gru(3, true, true, true, Activation.Relu, Activation.HardSigmoid, false, false, 0.1, 0.2)
        {
            Name = "reader", Seed = 7, Trainable = false,
            KernelRegularizer = Regularizer.L1(0.1), RecurrentRegularizer = Regularizer.L2(0.2), BiasRegularizer = Regularizer.L1L2(0.3, 0.4),
        },
        new SimpleRnn(3, true, true, true, Activation.Relu, false, 0.1, 0.2)
        {
            Name = "reader", Seed = 7, Trainable = false,
            KernelRegularizer = Regularizer.L1(0.1), RecurrentRegularizer = Regularizer.L2(0.2), BiasRegularizer = Regularizer.L1L2(0.3, 0.4),
        },
    ];

    [Theory]
    [MemberData(nameof(LayersWithEverySetting))]
    public void The_twin_has_every_setting_but_the_direction(RecurrentLayer layer)
    {
        using var both = new Bidirectional(layer);

        both.Backward.Settings.Should().NotBe(both.Forward.Settings);
        (both.Backward.Settings with { GoBackwards = true }).Should().Be(both.Forward.Settings);
        foreach (var property in layer.GetType().GetProperties().Where(property => property.PropertyType.Namespace is "System" or "EchoLstm.Layers" && property.Name != "GoBackwards"))
        {
            property.GetValue(both.Backward).Should().Be(property.GetValue(both.Forward), "{0}", property.Name);
        }
    }
}
