namespace EchoLstm.Tests.Layers;

public class LstmTests
{
    [Theory]
    [InlineData(1, 5, 140)]
    [InlineData(5, 5, 220)]
    [InlineData(15, 32, 6144)]
    [InlineData(100, 20, 9680)]
    [InlineData(100, 150, 150_600)]
    [InlineData(150, 150, 180_600)]
    [InlineData(4, 128, 68_096)]
    [InlineData(128, 64, 49_408)]
    [InlineData(64, 64, 33_024)]
    public void It_has_as_many_parameters_as_the_formula_says(int features, int units, long expected)
    {
        using var lstm = new Lstm(units);
        lstm.Build(new Shape(null, 1, features));

        lstm.parameters().Sum(parameter => parameter.numel()).Should().Be(expected);
        lstm.CountParameters().Should().Be(expected);
        expected.Should().Be(4 * (((features + 1L) * units) + ((long)units * units)));
    }

    [Theory]
    [InlineData(false, 120)]
    [InlineData(true, 140)]
    public void Without_a_bias_it_has_4_units_fewer_parameters(bool useBias, long expected)
    {
        using var lstm = new Lstm(5, useBias: useBias);
        lstm.Build(new Shape(null, null, 1));

        lstm.CountParameters().Should().Be(expected);
        lstm.GetWeights().Should().HaveCount(useBias ? 3 : 2);
    }

    [Fact]
    public void Its_weights_have_Kerass_layout()
    {
        using var lstm = new Lstm(5);
        lstm.Build(new Shape(null, null, 2));

        lstm.GetWeights().Select(weight => new Shape([.. Enumerable.Range(0, weight.Rank).Select(axis => (long?)weight.GetLongLength(axis))]).ToString())
            .Should().Equal("(2, 20)", "(5, 20)", "(20,)");
    }

    [Fact]
    public void The_output_is_that_of_the_last_step()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(5) { Seed = 1 };

        lstm.call(Numbers.Uniform(1, [3, 4, 2])).shape.Should().Equal(3, 5);
        lstm.OutputShape(new Shape(null, 4, 2)).ToString().Should().Be("(None, 5)");
    }

    [Fact]
    public void With_returnSequences_the_output_is_that_of_every_step_and_ends_with_the_last()
    {
        using var scope = NewDisposeScope();
        using var every = new Lstm(5, returnSequences: true) { Seed = 1 };
        using var last = new Lstm(5) { Seed = 1 };
        var x = Numbers.Uniform(1, [3, 4, 2]);

        var sequence = every.call(x);

        sequence.shape.Should().Equal(3, 4, 5);
        every.OutputShape(new Shape(null, null, 2)).ToString().Should().Be("(None, None, 5)");
        sequence.select(1, 3).ShouldMatchTensor(last.call(x), Tolerance.None);
    }

    [Fact]
    public void Its_kernel_is_Glorot_uniform_over_the_whole_matrix()
    {
        const int Features = 40;
        const int Units = 60;
        using var lstm = new Lstm(Units) { Seed = 1 };
        lstm.Build(new Shape(null, null, Features));
        var kernel = lstm.GetWeights()[0].Values();
        var limit = Math.Sqrt(6.0 / (Features + (4 * Units)));

        kernel.Max().Should().BeInRange(0.99 * limit, limit);
        kernel.Min().Should().BeInRange(-limit, -0.99 * limit);
        // 9600 uniform numbers: their mean's deviation is limit / sqrt(3 * 9600), about limit / 170.
        kernel.Average().Should().BeApproximately(0, limit / 30);
        kernel.Average(value => value * value).Should().BeApproximately(limit * limit / 3, limit * limit / 30);
    }

    [Fact]
    public void The_rows_of_its_recurrent_kernel_are_orthonormal()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(6) { Seed = 1 };
        lstm.Build(new Shape(null, null, 2));
        var recurrent = from_array(lstm.GetWeights()[1]);

        recurrent.matmul(recurrent.t()).ShouldMatchTensor(eye(6), Tolerance.Float32, "U U'");
    }

    [Fact]
    public void Reading_backwards_equals_reading_the_reversed_input()
    {
        using var scope = NewDisposeScope();
        using var backwards = new Lstm(3, returnSequences: true, goBackwards: true) { Seed = 4 };
        using var forwards = new Lstm(3, returnSequences: true) { Seed = 4 };
        var x = Numbers.Uniform(2, [2, 5, 3]);

        // As in Keras the returned sequence keeps the order of computation: its first step has read the input's last.
        backwards.call(x).ShouldMatchTensor(forwards.call(x.flip(1)), Tolerance.None);
    }

    [Fact]
    public void A_batch_of_n_equals_n_batches_of_one_and_samples_do_not_mix()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3, returnSequences: true) { Seed = 4 };
        var x = Numbers.Uniform(2, [4, 5, 3]);

        var together = lstm.call(x);

        together.ShouldMatchTensor(cat([.. Enumerable.Range(0, 4).Select(i => lstm.call(x.narrow(0, i, 1)))], 0), Tolerance.Float32);
        lstm.call(x.flip(0)).ShouldMatchTensor(together.flip(0), Tolerance.Float32);
    }

    [Fact]
    public void A_doubled_batch_has_the_same_mean_gradient()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3) { Seed = 4 };
        var x = Numbers.Uniform(2, [2, 5, 3]);

        double[] Gradient(Tensor input)
        {
            lstm.zero_grad();
            lstm.call(input).pow(2).mean().backward();
            return [.. lstm.parameters().SelectMany(parameter => parameter.grad!.Values())];
        }

        Gradient(cat([x, x], 0)).ShouldMatch(Gradient(x), Tolerance.Float32);
    }

    [Fact]
    public void A_stateful_Lstm_read_in_parts_equals_one_that_reads_the_whole()
    {
        using var scope = NewDisposeScope();
        using var whole = new Lstm(3, returnSequences: true) { Seed = 4 };
        using var parts = new Lstm(3, returnSequences: true, stateful: true) { Seed = 4 };
        var x = Numbers.Uniform(2, [2, 6, 3]);
        var expected = whole.call(x);

        cat([parts.call(x.narrow(1, 0, 1)), parts.call(x.narrow(1, 1, 3)), parts.call(x.narrow(1, 4, 2))], 1).ShouldMatchTensor(expected, Tolerance.Float32);

        parts.ResetStates();
        parts.CopyState().Should().BeNull();
        parts.call(x).ShouldMatchTensor(expected, Tolerance.Float32, "the output after a reset");
    }

    [Fact]
    public void Without_stateful_each_call_begins_from_zeros()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3) { Seed = 4 };
        var x = Numbers.Uniform(2, [2, 6, 3]);

        lstm.call(x).ShouldMatchTensor(lstm.call(x), Tolerance.None);
        lstm.CopyState().Should().BeNull();
    }

    [Fact]
    public void Gradients_stop_at_the_state_that_is_carried()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3, stateful: true) { Seed = 4 };
        var (first, second) = (Numbers.Uniform(2, [2, 6, 3]).requires_grad_(), Numbers.Uniform(3, [2, 6, 3]).requires_grad_());
        _ = lstm.call(first);
        using var carried = lstm.CopyState()!;

        lstm.call(second).sum().backward();
        var gradients = lstm.parameters().Select(parameter => parameter.grad!.clone()).ToList();

        first.grad.Should().BeNull("the first batch is only a value by then");
        second.grad.Should().NotBeNull();
        lstm.zero_grad();
        lstm.CallWithState(second, carried).Output.sum().backward();
        foreach (var (parameter, gradient) in lstm.parameters().Zip(gradients))
        {
            parameter.grad!.ShouldMatchTensor(gradient, Tolerance.None, "the gradient from the same state as a value");
        }
    }

    [Fact]
    public void With_returnState_it_keeps_the_state_after_the_last_call()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3, returnState: true) { Seed = 4 };
        var x = Numbers.Uniform(2, [2, 6, 3]);
        lstm.FinalState.Should().BeNull();

        var output = lstm.call(x);

        lstm.FinalState!.Hidden.ShouldMatchTensor(output, Tolerance.None);
        lstm.FinalState.Cell.ShouldMatchTensor(lstm.CallWithState(x).State.Cell, Tolerance.None);
    }

    [Fact]
    public void An_initial_state_stays_the_callers()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3, stateful: true) { Seed = 4 };
        using var initial = new LstmState(Numbers.Uniform(1, [2, 3]), Numbers.Uniform(2, [2, 3]));
        var (h, c) = (initial.Hidden.Values(), initial.Cell.Values());

        _ = lstm.CallWithState(Numbers.Uniform(3, [2, 4, 3]), initial);
        lstm.ResetStates();

        initial.Hidden.ShouldMatch(h, Tolerance.None);
        initial.Cell.ShouldMatch(c, Tolerance.None);
    }

    [Fact]
    public void The_size_of_its_batch_may_change_after_a_reset()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3, stateful: true) { Seed = 4 };
        _ = lstm.call(Numbers.Uniform(1, [2, 4, 3]));
        lstm.ResetStates();

        lstm.call(Numbers.Uniform(1, [5, 4, 3])).shape.Should().Equal(5, 3);
    }

    [Fact]
    public void The_carried_state_follows_a_change_of_type()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3, stateful: true) { Seed = 4 };
        var x = Numbers.Uniform(1, [2, 4, 3]);
        using var reference = new Lstm(3, stateful: true) { Seed = 4 };
        _ = reference.call(x);
        var expected = reference.call(x);

        _ = lstm.call(x);
        lstm.to(ScalarType.Float64);

        lstm.call(x.to(ScalarType.Float64)).ShouldMatch(expected.Values(), Tolerance.Float32);
    }

    [Fact]
    public void Units_below_1_are_refused() =>
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Lstm(0),
            $"Lstm needs at least 1 unit. (Parameter 'units'){Environment.NewLine}Actual value was 0.");

    [Fact]
    public void An_unknown_activation_is_refused()
    {
        var message = $"99 is no activation: expected one of {string.Join(", ", Enum.GetNames<Activation>())}.";

        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Lstm(5, activation: (Activation)99),
            $"{message} (Parameter 'activation'){Environment.NewLine}Actual value was 99.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Lstm(5, recurrentActivation: (Activation)99),
            $"{message} (Parameter 'recurrentActivation'){Environment.NewLine}Actual value was 99.");
    }

    [Theory]
    [InlineData(new long[] { 32, 8 }, "(32, 8)", "If each sample is one vector, reshape it to (samples, time steps, features), an array of one feature with Arrays.Reshape<float[,,]>(x, samples, -1, 1), or put RepeatVector before this layer; after another recurrent layer, give that one returnSequences: true.")]
    [InlineData(new long[] { 2, 3, 4, 5 }, "(2, 3, 4, 5)", "Wrap it in TimeDistributed to run it for each step of a longer shape, or reshape the input.")]
    [InlineData(new long[] { 32 }, "(32,)", "Reshape the input to (samples, time steps, features).")]
    public void Input_of_another_rank_than_3_is_refused(long[] shape, string printed, string mend)
    {
        var received = new Shape([.. shape.Select(length => (long?)length)]);
        using var lstm = new Lstm(5) { Name = "encoder" };
        using var x = zeros(shape);
        var message = $"Lstm 'encoder' expects input of rank 3 (samples, time steps, features) but received {printed}. {mend}";

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(lstm, () => lstm.Build(received), message);
        thrown.Expected.Should().Be("(samples, time steps, features)");
        thrown.Received.Should().Be(printed);
        Errors.Expect<ShapeMismatchException>(() => lstm.OutputShape(received), message);
        lstm.Build(new Shape(null, 3, 2));
        Errors.ExpectWithoutChange<ShapeMismatchException>(lstm, () => lstm.call(x), message);
    }

    [Fact]
    public void Input_without_time_steps_is_refused()
    {
        using var lstm = new Lstm(5);
        using var x = zeros(2, 0, 3);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            lstm,
            () => lstm.Build(Shape.Of(x)),
            "Lstm 'lstm' expects at least 1 time step but received (2, 0, 3). Leave out samples that have no steps.");
    }

    [Fact]
    public void An_unknown_number_of_features_is_refused()
    {
        using var lstm = new Lstm(5);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            lstm,
            () => lstm.Build(new Shape(null, 5, null)),
            "Lstm 'lstm' must know the number of features to make its weights but received (None, 5, None). Give the last axis a length.");
    }

    [Fact]
    public void Another_number_of_features_than_it_was_built_for_is_refused()
    {
        using var lstm = new Lstm(5);
        lstm.Build(new Shape(null, null, 2));
        using var x = zeros(4, 6, 3);

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(
            lstm,
            () => lstm.call(x),
            "Lstm 'lstm' was built for 2 features but received 3, in input of shape (4, 6, 3). Give it as many as it was built for, or make a new layer.");
        thrown.Expected.Should().Be("(None, None, 2)");
        thrown.Received.Should().Be("(4, 6, 3)");
    }

    [Fact]
    public void A_state_of_another_number_of_units_is_refused()
    {
        using var lstm = new Lstm(5, stateful: true);
        using var x = zeros(2, 3, 1);
        using var state = LstmState.Zeros(2, 4);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            Built(lstm),
            () => lstm.CallWithState(x, state),
            "Lstm 'lstm' has 5 units, so its state has shape (2, 5), but received (2, 4). Take the state from a layer with as many units.");
    }

    [Fact]
    public void A_state_for_another_number_of_samples_is_refused()
    {
        using var lstm = new Lstm(5, stateful: true);
        using var two = zeros(2, 3, 1);
        using var three = zeros(3, 3, 1);
        using var first = lstm.call(two);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            lstm,
            () => lstm.call(three),
            "Lstm 'lstm' goes on from the state of 2 samples but received 3: sample i of a batch continues sample i of the batch before. Keep the batch size, or call ResetStates first.");
    }

    [Fact]
    public void A_given_state_for_another_number_of_samples_is_refused()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(5, stateful: true);
        using var gru = new Gru(5);
        lstm.call(zeros(3, 2, 1));
        gru.call(zeros(3, 2, 1));
        const string Fault = " goes on from the state of 2 samples but received 3: sample i of a batch continues sample i of the state. Give a state with a row for each sample, or none to begin with zeros.";

        Errors.ExpectWithoutChange<ShapeMismatchException>(lstm, () => lstm.CallWithState(zeros(3, 2, 1), LstmState.Zeros(2, 5)), "Lstm 'lstm'" + Fault);
        Errors.ExpectWithoutChange<ShapeMismatchException>(gru, () => gru.CallWithState(zeros(3, 2, 1), zeros(2, 5)), "Gru 'gru'" + Fault);
    }

    [Fact]
    public void Units_beyond_memory_are_refused_before_anything_is_allocated()
    {
        using var lstm = new Lstm(1_000_000);
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

        Errors.ExpectWithoutChange<InsufficientMemoryException>(
            lstm,
            () => lstm.Build(new Shape(null, 3, 2)),
            $"Lstm 'lstm' asks for 4,000,012,000,000 parameters, 16,000,048,000,000 bytes, but this machine has {available} bytes of memory. units is the size of the state and has nothing to do with the length of the sequence: a few units read a sequence of any length.");
    }

    [Fact]
    public void The_largest_units_there_are_do_not_overflow_the_count()
    {
        using var lstm = new Lstm(int.MaxValue);

        var build = () => lstm.Build(new Shape(null, 3, int.MaxValue));

        build.Should().Throw<InsufficientMemoryException>().Which.Message.Should().StartWith("Lstm 'lstm' asks for 36,893,488,121,649,299,460 parameters, ");
    }

    [Fact]
    public void In_inference_mode_a_state_that_was_left_there_goes_on()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(5, stateful: true) { Seed = 1, UsesFusedKernel = false };
        var x = Numbers.Uniform(1, [3, 4, 2]);
        lstm.call(x);
        var expected = lstm.call(x);
        lstm.ResetStates();

        using var inference = inference_mode();
        lstm.call(x);

        lstm.call(x).ShouldMatchTensor(expected, Tolerance.Float32);
    }

    private static Lstm Built(Lstm lstm)
    {
        lstm.Build(new Shape(null, 3, 1));
        return lstm;
    }
}
