using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Models;

public sealed class ModelStepperTests
{
    private const int Steps = 9;
    private const int Features = 3;

    // Torch projects a whole sequence by one product, and a step by another: another order of summing.
    private const double RoundingOfTorch = 1e-6;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Stepping_through_a_sequence_gives_the_bits_of_the_whole_pass(int batch)
    {
        using var model = Model(Sequence());
        var x = Inputs(batch);
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        Stepped(model, x).Should().Equal(model.Predict<float[,,]>(x).Cast<float>());
    }

    [Fact]
    public void The_last_step_gives_the_bits_of_a_model_that_returns_its_last_step()
    {
        using var model = Model(new Lstm(17, returnSequences: true), new Lstm(6), new Dense(4, Activation.Softmax));
        var x = Inputs(2);
        Stepped(model, x).Chunk(4).Where((_, i) => i % Steps == Steps - 1).SelectMany(row => row)
            .Should().Equal(model.Predict<float[,]>(x).Cast<float>());
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_layer_that_was_added_since_ends_it(EngineKind engine)
    {
        using var model = Model(Sequence());
        model.RequestedEngine = engine;
        using var stepper = model.OpenStream();
        using var state = stepper.SaveState();
        using var step = zeros(1, Features);
        model.Add(new Dense(1));
        const string Message = "The stream was opened when the model had 3 layers; now it has 4. Open another stream.";

        Errors.Expect<InvalidOperationException>(() => stepper.Step(step), Message);
        Errors.Expect<InvalidOperationException>(() => stepper.Step(new float[Features]), Message);
        Errors.Expect<InvalidOperationException>(() => stepper.Restore(state), Message);
        using var another = model.OpenStream();
        another.Step(step).shape.Should().Equal(1, 1);
    }

    [Fact]
    public void On_torch_stepping_gives_the_numbers_of_the_whole_pass_to_rounding()
    {
        foreach (var layers in new nn.Module<Tensor, Tensor>[][] { Sequence(), [new Gru(5, returnSequences: true), new SimpleRnn(4, returnSequences: true), new Dense(2)] })
        {
            using var model = Model(layers);
            model.RequestedEngine = EngineKind.Torch;
            var x = Inputs(2);
            Stepped(model, x).Should().Equal(model.Predict<float[,,]>(x).Cast<float>(), (a, b) => Math.Abs(a - b) < RoundingOfTorch);
        }
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_saved_state_is_a_place_to_go_back_to(EngineKind engine)
    {
        using var model = Model(Sequence());
        model.RequestedEngine = engine;
        using var stepper = model.OpenStream();
        stepper.Step([1, 2, 3]);
        using var saved = stepper.SaveState();
        var first = stepper.Step([4, 5, 6]);
        stepper.Step([7, 8, 9]);

        stepper.Restore(saved);
        stepper.StepsRead.Should().Be(1);
        stepper.Step([4, 5, 6]).Should().Equal(first);

        using var other = model.OpenStream();
        using var copy = saved.Copy();
        saved.Dispose();
        other.Restore(copy);
        other.Step([4, 5, 6]).Should().Equal(first);

        stepper.Reset();
        stepper.StepsRead.Should().Be(0);
        using var fresh = model.OpenStream();
        stepper.Step([4, 5, 6]).Should().Equal(fresh.Step([4, 5, 6])).And.NotEqual(first);
    }

    [Fact]
    public void Streams_on_many_threads_do_not_disturb_each_other()
    {
        using var model = Model(Sequence());
        var x = Inputs(1);
        var expected = Stepped(model, x);
        Parallel.For(0, 16, _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                Stepped(model, x).Should().Equal(expected);
            }
        });
    }

    [Fact]
    public void A_stream_reads_the_weights_of_the_moment_and_leaves_the_models_state_alone()
    {
        using var model = new SequentialModel(new Lstm(4, returnSequences: true, stateful: true), new Dense(1)) { Seed = 1 };
        model.Build(new Shape(Steps, Features), batchSize: 1);
        using var stepper = model.OpenStream();
        var before = stepper.Step([1, 2, 3]);
        ((Lstm)model.Layers[0]).CopyState().Should().BeNull();

        model.SetWeights([.. model.GetWeights().Select(_ => (Array)_)]);
        stepper.Reset();
        stepper.Step([1, 2, 3]).Should().Equal(before);
        using (no_grad())
        {
            foreach (var parameter in model.parameters())
            {
                parameter.mul_(0.5);
            }
        }
        stepper.Reset();
        stepper.Step([1, 2, 3]).Should().NotEqual(before);
    }

    // Predictions go through in segments of 2 MB of gates: these have three.
    [Theory]
    [InlineData("Lstm", true)]
    [InlineData("Lstm", false)]
    [InlineData("Gru", true)]
    [InlineData("SimpleRnn", false)]
    [InlineData("stateful", true)]
    public void A_long_prediction_gives_the_bits_of_its_steps(string kind, bool returnSequences)
    {
        const int LongSteps = 1200;
        nn.Module<Tensor, Tensor> layer = kind switch
        {
            "Gru" => new Gru(80, returnSequences: returnSequences),
            "SimpleRnn" => new SimpleRnn(300, returnSequences: returnSequences),
            _ => new Lstm(64, returnSequences: returnSequences, stateful: kind == "stateful"),
        };
        using var model = new SequentialModel(layer, new Dense(2)) { Seed = 1 };
        model.Build(new Shape(LongSteps, 1), batchSize: 4);
        var x = new float[4, LongSteps, 1];
        for (var i = 0; i < x.Length; i++)
        {
            x[i % 4, i / 4, 0] = MathF.Sin(i);
        }
        using var stream = model.OpenStream(4);
        var (steps, output) = (new List<float[]>(), Array.Empty<float>());
        for (var t = 0; t < LongSteps; t++)
        {
            steps.Add(output = stream.Step([x[0, t, 0], x[1, t, 0], x[2, t, 0], x[3, t, 0]]));
        }

        model.Engine.Kind.Should().Be(EngineKind.Fused);
        if (!returnSequences)
        {
            model.Predict<float[,]>(x).Cast<float>().Should().Equal(output);
            return;
        }
        var whole = model.Predict<float[,,]>(x);
        for (var t = 0; t < LongSteps; t++)
        {
            for (var i = 0; i < 4; i++)
            {
                (whole[i, t, 0], whole[i, t, 1]).Should().Be((steps[t][2 * i], steps[t][(2 * i) + 1]));
            }
        }
    }

    // One sample's gates are one segment, four samples' are three.
    [Theory]
    [InlineData("bidirectional")]
    [InlineData("backwards")]
    [InlineData("states of another")]
    [InlineData("reset before")]
    public void A_long_prediction_gives_the_bits_of_each_sample_alone(string kind)
    {
        const int LongSteps = 1200;
        var input = new Input(LongSteps, 1);
        var (_, states) = new Lstm(64).ApplyWithState(input);
        var steps = kind switch
        {
            "bidirectional" => new Bidirectional(new Lstm(64, returnSequences: true)).Apply(input),
            "backwards" => new Lstm(64, returnSequences: true, goBackwards: true).Apply(input),
            "reset before" => new Gru(80, resetAfter: false).Apply(input),
            _ => new Lstm(64, returnSequences: true).ApplyWithState(input, states).Output,
        };
        using var model = new FunctionalModel([input], [new Dense(2).Apply(steps)]) { Seed = 1 };
        model.Build();
        var x = new float[4, LongSteps, 1];
        for (var i = 0; i < x.Length; i++)
        {
            x[i % 4, i / 4, 0] = MathF.Sin(i);
        }
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        using var together = model.Predict(x, batchSize: 4);
        using var alone = model.Predict(x, batchSize: 1);
        together.Values().Should().Equal(alone.Values());
    }

    [Theory]
    [InlineData("Fit")]
    [InlineData("TrainOnBatch")]
    [InlineData("SetWeights")]
    [InlineData("a layer's SetWeights")]
    [InlineData("load_state_dict")]
    public void An_open_stream_goes_on_with_the_weights_that_a_call_has_changed(string call)
    {
        using var model = Model(new Lstm(4, returnSequences: true), new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var other = Model(new Lstm(4, returnSequences: true), new Dense(1));
        using (no_grad())
        {
            other.parameters().ToList().ForEach(parameter => parameter.mul_(0.5));
        }
        using var stream = model.OpenStream();
        stream.Step([1, 2, 3]);
        using var state = stream.SaveState();
        var before = stream.Step([0.5f, 0, 1]);
        stream.Restore(state);

        Action change = call switch
        {
            "Fit" => () => model.Fit(Inputs(2), new float[2, Steps, 1], verbose: 0),
            "TrainOnBatch" => () => model.TrainOnBatch(Inputs(2), new float[2, Steps, 1]),
            "SetWeights" => () => model.SetWeights(other.GetWeights()),
            "a layer's SetWeights" => () => ((Layer)model.Layers[1]).SetWeights(((Layer)other.Layers[1]).GetWeights()),
            _ => () => model.load_state_dict(other.state_dict()),
        };
        change();

        using var opened = model.OpenStream();
        opened.Restore(state);
        stream.Step([0.5f, 0, 1]).Should().Equal(opened.Step([0.5f, 0, 1])).And.NotEqual(before);
    }

    [Fact]
    public void A_stream_goes_on_with_what_another_model_around_its_own_changes()
    {
        // Each model counts its changes; the outer one's count passes the inner one's somewhere.
        for (var changes = 0; changes < 6; changes++)
        {
            var inner = Model(new Lstm(4));
            using var stream = inner.OpenStream();
            stream.Step([1, 2, 3]);
            using var state = stream.SaveState();
            var before = stream.Step([0.5f, 0, 1]);
            stream.Restore(state);

            using var outer = new SequentialModel(inner);
            for (var i = 0; i < changes; i++)
            {
                outer.ResetStates();
            }
            inner.SetWeights([.. inner.GetWeights().Select(array => array.Rank == 2 ? new float[array.GetLength(0), array.GetLength(1)] : array)]);

            using var opened = inner.OpenStream();
            opened.Restore(state);
            stream.Step([0.5f, 0, 1]).Should().Equal(opened.Step([0.5f, 0, 1]), "after {0} changes", changes).And.NotEqual(before);
        }
    }

    [Fact]
    public void An_open_stream_goes_on_when_a_layer_is_frozen_and_says_what_hooks_are()
    {
        using var model = Model(Sequence());
        using var stream = model.OpenStream();
        stream.Step([1, 2, 3]);
        using var state = stream.SaveState();
        var before = stream.Step([0.5f, 0, 1]);

        model.Layers[0].Trainable = false;
        stream.Restore(state);
        stream.Step([0.5f, 0, 1]).Should().Equal(before);

        model.Layers[1].register_forward_hook((_, _, output) => output);
        Errors.Expect<InvalidOperationException>(
            stream.Reset,
            $"{model.Layers[1].Title} was given forward hooks while the stream was open, which only Torch's modules call. Open a new stream.");
        using var another = model.OpenStream();
        another.Step([1, 2, 3]).Should().HaveSameCount(before);
    }

    [Fact]
    public void What_needs_the_whole_sequence_can_not_be_streamed()
    {
        using var model = Model(new Bidirectional(new Lstm(4, returnSequences: true)), new Dense(1));
        var open = () => model.OpenStream();
        open.Should().Throw<InvalidOperationException>().WithMessage(
            "Bidirectional 'bidirectional_1' (Bidirectional) needs the whole sequence at once, so the model can't be run step by step. Call Predict with whole sequences.");
    }

    [Fact]
    public void A_model_that_takes_no_steps_can_not_be_streamed()
    {
        using var model = new SequentialModel(new Dense(2)) { Seed = 1 };
        model.Build(3);

        Errors.Expect<InvalidOperationException>(
            () => model.OpenStream(),
            "A stream reads the time steps of (samples, time steps, features), but the model takes (None, 3). Call Predict instead.");
    }

    [Fact]
    public void A_model_that_moved_to_another_type_needs_a_new_stream()
    {
        using var model = Model(Sequence());
        using var stepper = model.OpenStream();
        stepper.Step([1, 2, 3]);
        model.to(ScalarType.Float64);

        Errors.Expect<InvalidOperationException>(
            () => stepper.Step([1, 2, 3]),
            "The model's weights were moved to another type or device while the stream was open. Open a new stream.");
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_state_of_other_units_is_refused(EngineKind engine)
    {
        using var model = Model(Sequence());
        using var other = Model(new Lstm(16, returnSequences: true), new Lstm(6, returnSequences: true), new Dense(4));
        (model.RequestedEngine, other.RequestedEngine) = (engine, engine);
        using var from = other.OpenStream();
        from.Step([1, 2, 3]);
        using var state = from.SaveState();
        using var stepper = model.OpenStream();

        Errors.Expect<ArgumentException>(
            () => stepper.Restore(state),
            "The state does not fit Lstm 'lstm_1', which keeps 2 of 1 * 17 numbers of Float32: it has 2 of (1, 16), Float32. Restore what a stream of this model saved. (Parameter 'state')");
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_state_of_another_kind_of_layer_or_of_another_type_is_refused(EngineKind engine)
    {
        using var lstm = Model(new Lstm(4));
        using var gru = Model(new Gru(4));
        using var doubles = Model(new Lstm(4));
        doubles.to(ScalarType.Float64);
        (lstm.RequestedEngine, gru.RequestedEngine) = (engine, engine);
        using var stepper = lstm.OpenStream();
        var expected = stepper.Step([1, 2, 3]);
        stepper.Reset();
        foreach (var (other, received) in new[] { (gru, "1 of (1, 4), Float32"), (doubles, "2 of (1, 4), Float64") })
        {
            using var from = other.OpenStream();
            from.Step([1, 2, 3]);
            using var state = from.SaveState();

            Errors.Expect<ArgumentException>(
                () => stepper.Restore(state),
                $"The state does not fit Lstm 'lstm_1', which keeps 2 of 1 * 4 numbers of Float32: it has {received}. Restore what a stream of this model saved. (Parameter 'state')");
        }
        stepper.Step([1, 2, 3]).Should().Equal(expected, "the stream is where it was");
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Steps_and_states_leave_no_tensor_behind(EngineKind engine)
    {
        using var model = Model(Sequence());
        model.RequestedEngine = engine;
        using var x = Numbers.Uniform(1, [1, Features]);
        Run();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Run();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);

        void Run()
        {
            using var stepper = model.OpenStream();
            for (var step = 0; step < 5; step++)
            {
                stepper.Step(x).Dispose();
                using var saved = stepper.SaveState();
                stepper.Restore(saved);
            }
            stepper.Reset();
            stepper.Step([1, 2, 3]);
        }
    }

    [Fact]
    public void A_layer_that_hands_its_step_on_leaves_the_callers_tensor_alone()
    {
        using var model = Model(new Dropout(0.5));
        model.RequestedEngine = EngineKind.Torch;
        using var stepper = model.OpenStream();
        using var x = Numbers.Uniform(1, [1, Features]);

        using (var y = stepper.Step(x))
        {
            y.Values().Should().Equal(x.Values());
        }

        x.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void A_state_that_is_disposed_while_it_is_read_goes_with_the_reader()
    {
        using var model = Model(Sequence());
        using var stepper = model.OpenStream();
        stepper.Step([1, 2, 3]);
        var state = stepper.SaveState();
        var tensors = state.Tensors.SelectMany(layer => layer).ToList();

        using (state.Read("Restore"))
        {
            state.Dispose();
            Assert.Throws<ObjectDisposedException>(() => state.Copy()).ObjectName.Should().Be(nameof(StreamState));
            tensors.Should().HaveCount(4).And.OnlyContain(tensor => !tensor.IsInvalid, "the reader still needs them");
        }

        tensors.Should().OnlyContain(tensor => tensor.IsInvalid);
    }

    [Fact]
    public void A_step_of_another_size_and_a_state_of_another_model_are_refused()
    {
        using var model = Model(Sequence());
        using var stepper = model.OpenStream();
        var step = () => stepper.Step([1, 2]);
        step.Should().Throw<ShapeMismatchException>().WithMessage(
            "A stream takes one step of each sequence: expected 1 * 3 = 3 numbers but received 2. Give the steps one after the other.");

        using var two = model.OpenStream(2);
        using var state = two.SaveState();
        var restore = () => stepper.Restore(state);
        restore.Should().Throw<ArgumentException>().WithMessage("The state is for 2 sequences of a model of 3 layers; this stream runs 1 of 3. Open a stream like the one that saved it.*");
    }

    private static nn.Module<Tensor, Tensor>[] Sequence() =>
        [new Lstm(17, returnSequences: true), new Lstm(6, returnSequences: true), new TimeDistributed(new Dense(4, Activation.Softmax))];

    private static SequentialModel Model(params nn.Module<Tensor, Tensor>[] layers)
    {
        var model = new SequentialModel(layers) { Seed = 1 };
        model.Build(Steps, Features);
        return model;
    }

    private static float[,,] Inputs(int samples)
    {
        var random = new Random(1);
        var x = new float[samples, Steps, Features];
        for (var i = 0; i < x.Length; i++)
        {
            x[i / (Steps * Features), i / Features % Steps, i % Features] = random.NextSingle() - 0.5f;
        }
        return x;
    }

    /// <summary>The outputs of every step, in the order (samples, time steps, units).</summary>
    private static float[] Stepped(SequentialModel model, float[,,] x)
    {
        var samples = x.GetLength(0);
        using var stepper = model.OpenStream(samples);
        var outputs = new List<float[]>();
        for (var t = 0; t < Steps; t++)
        {
            var step = new float[samples * Features];
            for (var i = 0; i < step.Length; i++)
            {
                step[i] = x[i / Features, t, i % Features];
            }
            outputs.Add(stepper.Step(step));
        }
        var units = outputs[0].Length / samples;
        return [.. Enumerable.Range(0, samples).SelectMany(i => outputs.SelectMany(output => output.Skip(i * units).Take(units)))];
    }
}
