namespace EchoLstm.Tests.Models;

/// <summary>When a stateful model's state is carried, reset, and given back; on each engine.</summary>
public abstract class SequentialModelStateTests(EngineKind engine)
{
    [Fact]
    public void Fit_carries_the_state_from_batch_to_batch_and_epoch_to_epoch()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var x = Numbers.Uniform(1, [6, 3, 1]);
        using var reference = Stateful();
        for (var epoch = 0; epoch < 2; epoch++)
        {
            for (var start = 0; start < 6; start += 2)
            {
                _ = reference.call(x.narrow(0, start, 2));
            }
        }

        model.Fit(x, zeros(6, 1), epochs: 2, batchSize: 2, verbose: 0, shuffle: false);

        StateOf(model).ShouldMatch(StateOf(reference), Tolerance.Float32, "the state");
        model.ResetStates();
        StateOf(model).Should().BeEmpty();
    }

    [Fact]
    public void Its_loss_depends_on_the_state()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var (x, y) = (Numbers.Uniform(1, [2, 3, 1]), Numbers.Uniform(2, [2, 1]));
        double Loss0() => model.Fit(x, y, batchSize: 2, verbose: 0, shuffle: false).Loss.Single();

        var first = Loss0();
        Loss0().Should().NotBe(first);
        model.ResetStates();
        Loss0().Should().Be(first);
    }

    [Fact]
    public void Predicting_twice_gives_the_same_and_leaves_the_state_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        var x = Numbers.Uniform(1, [4, 3, 1]);
        _ = model.call(Numbers.Uniform(2, [2, 3, 1]));
        var state = StateOf(model);

        var first = model.Predict(x, batchSize: 2);
        var second = model.Predict(x, batchSize: 2);

        second.ShouldMatchTensor(first, Tolerance.None);
        StateOf(model).Should().Equal(state);
    }

    [Fact]
    public void A_batch_is_as_large_as_the_carried_state_where_none_is_asked_for()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        var x = Numbers.Uniform(1, [4, 3, 1]);
        _ = model.call(Numbers.Uniform(2, [2, 3, 1]));

        model.Predict(x).ShouldMatchTensor(model.Predict(x, batchSize: 2), Tolerance.None);
        model.Predict(x).Values().Should().NotEqual(model.Predict(x, batchSize: 4).Values());
        Errors.Expect<ArgumentException>(
            () => model.Predict(Numbers.Uniform(1, [3, 3, 1]), carryState: true),
            "Lstm 'lstm_1' carries the state of 2 samples, so batches of 3 can't go on from it. Give it samples in multiples of 2, or call ResetStates first. (Parameter 'x')");
    }

    [Fact]
    public void Predict_begins_from_zeros_and_carries_from_batch_to_batch()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        using var reference = Stateful();
        var x = Numbers.Uniform(1, [4, 3, 1]);
        _ = model.call(Numbers.Uniform(2, [2, 3, 1]));

        var predicted = model.Predict(x, batchSize: 2);

        predicted.ShouldMatchTensor(cat([reference.call(x.narrow(0, 0, 2)), reference.call(x.narrow(0, 2, 2))], 0), Tolerance.Float32);
    }

    [Fact]
    public void With_carryState_it_goes_on_from_the_state_and_advances_it_as_Keras_does()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        using var reference = Stateful();
        var x = Numbers.Uniform(1, [2, 3, 1]);

        var first = model.Predict(x, carryState: true);
        var second = model.Predict(x, carryState: true);

        first.ShouldMatchTensor(reference.call(x), Tolerance.Float32);
        second.ShouldMatchTensor(reference.call(x), Tolerance.Float32);
        (second - first).abs().max().ToDouble().Should().BeGreaterThan(10 * Tolerance.Float32.Absolute, "the state makes a difference");
        StateOf(model).ShouldMatch(StateOf(reference), Tolerance.Float32, "the state");
    }

    [Fact]
    public void Predictions_go_on_from_the_state_that_a_call_left()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        using var reference = Stateful();
        var x = Numbers.Uniform(1, [2, 3, 1]);
        _ = model.call(x);
        _ = reference.call(x);

        var second = model.Predict(x, carryState: true);
        var third = model.call(x);

        second.ShouldMatchTensor(reference.call(x), Tolerance.Float32);
        third.ShouldMatchTensor(reference.call(x), Tolerance.Float32);
    }

    [Fact]
    public void What_a_call_returned_stays_as_it_was_when_the_state_goes_on()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(2, stateful: true)) { Seed = 1, RequestedEngine = engine };
        model.Build(3, 1);
        var x = Numbers.Uniform(1, [1, 3, 1]); // one sample: its state is in one piece
        using var withoutGradients = no_grad();
        var output = model.call(x);
        var (last, state) = ((Lstm)model.Layers[0]).CallWithState(x);
        var before = (output.Values(), last.Values(), state.Cell.Values());

        _ = model.Predict(x, carryState: true);

        output.Values().Should().Equal(before.Item1);
        last.Values().Should().Equal(before.Item2);
        state.Cell.Values().Should().Equal(before.Item3);
        state.Dispose();
    }

    [Fact]
    public void A_model_that_was_moved_to_another_type_goes_on_from_its_state()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        using var reference = Stateful();
        var x = Numbers.Uniform(1, [2, 3, 1]);
        model.to(ScalarType.Float64);
        _ = model.Predict(x, carryState: true);
        model.to(ScalarType.Float32);
        _ = reference.Predict(x, carryState: true);

        model.Predict(x, carryState: true).ShouldMatchTensor(reference.Predict(x, carryState: true), Tolerance.Float32);
    }

    [Fact]
    public void Evaluate_too_leaves_the_state_alone_unless_it_is_asked_to_carry_it()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var (x, y) = (Numbers.Uniform(1, [4, 3, 1]), Numbers.Uniform(2, [4, 1]));
        double Evaluate(bool carryState) => model.Evaluate(x, y, batchSize: 2, carryState)["loss"];

        var first = Evaluate(false);
        Evaluate(false).Should().Be(first);
        StateOf(model).Should().BeEmpty();
        Evaluate(true).Should().Be(first, "there was no state to begin from");
        Evaluate(true).Should().NotBe(first);
        Evaluate(false).Should().Be(first);
    }

    [Fact]
    public void Validation_leaves_the_state_of_training_alone()
    {
        using var scope = NewDisposeScope();
        using var with = Stateful();
        using var without = Stateful();
        var (x, y) = (Numbers.Uniform(1, [4, 3, 1]), Numbers.Uniform(2, [4, 1]));
        foreach (var model in new[] { with, without })
        {
            model.Compile(Loss.MeanSquaredError(), new Adam());
        }

        with.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false, validationData: (x, y));
        without.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false);

        StateOf(with).Should().Equal(StateOf(without));
        with.GetWeights().Values().Should().Equal(without.GetWeights().Values());
    }

    [Fact]
    public void An_error_while_predicting_gives_the_state_back()
    {
        using var scope = NewDisposeScope();
        var lstm = new Lstm(3, returnSequences: true, stateful: true);
        var moody = new Moody();
        using var model = new SequentialModel(lstm, moody);
        _ = model.call(Numbers.Uniform(1, [2, 3, 1]));
        var state = StateOf(model);
        moody.CallsUntilItThrows = 2; // the trial that finds its output shape, and the first batch

        var predict = () => model.Predict(Numbers.Uniform(1, [6, 3, 1]), batchSize: 2);

        predict.Should().Throw<TimeoutException>();
        StateOf(model).Should().Equal(state);
        model.training.Should().BeTrue();
    }

    [Fact]
    public void Gradients_stop_between_batches()
    {
        // If they did not, the second backward pass would run through the first one's graph, which is gone.
        using var model = Stateful();
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = Numbers.Uniform(1, [20, 3, 1]);
        using var y = Numbers.Uniform(2, [20, 1]);

        model.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false).Loss.Should().HaveCount(3);
    }

    [Fact]
    public void A_stateful_model_without_a_batch_size_predicts_all_samples_together()
    {
        using var scope = NewDisposeScope();
        using var model = Stateful();

        model.Predict(Numbers.Uniform(1, [50, 3, 1])).shape.Should().Equal(50, 1);
        model.Predict(Numbers.Uniform(1, [50, 3, 1]), carryState: true).shape.Should().Equal(50, 1);
    }

    [Fact]
    public void ResetStates_reaches_layers_inside_others()
    {
        using var scope = NewDisposeScope();
        var inner = new Lstm(2, stateful: true);
        using var model = new SequentialModel(new SequentialModel(new SequentialModel(inner)));
        _ = model.call(Numbers.Uniform(1, [2, 3, 1]));
        using (var state = inner.CopyState())
        {
            state.Should().NotBeNull();
        }

        model.ResetStates();

        inner.CopyState().Should().BeNull();
    }

    private SequentialModel Stateful()
    {
        var model = new SequentialModel(new Lstm(3, returnSequences: true, stateful: true), new Lstm(2, stateful: true), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(3, 1);
        return model;
    }

    private static List<double> StateOf(SequentialModel model)
    {
        var values = new List<double>();
        foreach (var lstm in model.modules().OfType<Lstm>())
        {
            using var state = lstm.CopyState();
            values.AddRange(state is null ? [] : [.. state.Hidden.Values(), .. state.Cell.Values()]);
        }
        return values;
    }

    private sealed class Moody() : nn.Module<Tensor, Tensor>(nameof(Moody))
    {
        internal int CallsUntilItThrows { get; set; } = int.MaxValue;

        public override Tensor forward(Tensor input) => --CallsUntilItThrows < 0 ? throw new TimeoutException() : input * 1;
    }
}

public sealed class SequentialModelStateOnTorchTests() : SequentialModelStateTests(EngineKind.Torch);

public sealed class SequentialModelStateOnAnyEngineTests() : SequentialModelStateTests(EngineKind.Auto);
