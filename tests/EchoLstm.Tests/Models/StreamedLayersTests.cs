using Embedding = EchoLstm.Layers.Embedding;

namespace EchoLstm.Tests.Models;

/// <summary>Which models stream, what a step of them is, and why others don't.</summary>
public class StreamedLayersTests
{
    public static TheoryData<EngineKind> Engines => [EngineKind.Auto, EngineKind.Torch];

    [Theory]
    [MemberData(nameof(Engines))]
    public void F6_an_Embedding_reads_an_index_a_step(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(9, 3), new Lstm(4), new Dense(9, Activation.Softmax)) { Seed = 1, RequestedEngine = engine };
        model.Build(-1);
        using var stream = model.OpenStream(2);

        stream.Step([1, 2]);
        stream.Step([3f, 4f]);
        stream.Step([5, 6], new float[stream.OutputLength]);
        var last = stream.Step(tensor(new long[] { 7, 8 }));

        last.ShouldMatchTensor(model.Predict(new[,] { { 1, 3, 5, 7 }, { 2, 4, 6, 8 } }), engine == EngineKind.Auto ? Tolerance.None : Tolerance.Float32);
        stream.StepsRead.Should().Be(4);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void An_index_without_a_vector_is_named_and_the_stream_is_where_it_was(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(9, 3), new Lstm(4)) { Seed = 1, RequestedEngine = engine };
        model.Build(-1);
        using var stream = model.OpenStream(2);
        const string Expected = "but Embedding 'embedding_1' has 9 vectors: expected whole numbers 0 to 8. Give inputDim the largest number plus 1, or renumber the classes. (Parameter 'input')";

        Errors.Expect<ArgumentOutOfRangeException>(() => stream.Step([1, 9]), $"input[1] is 9, {Expected}\nActual value was 9.");
        Errors.Expect<ArgumentOutOfRangeException>(() => stream.Step([0.5f, 1f]), $"input[0] is 0.5, {Expected.Replace("Give inputDim the largest number plus 1, or renumber the classes.", "It looks up classes by their numbers; for measured numbers leave it out.", StringComparison.Ordinal)}\nActual value was 0.5.");
        Errors.Expect<ArgumentOutOfRangeException>(() => stream.Step(tensor(new long[] { -1, 0 })), $"input[0] is -1, {Expected}\nActual value was -1.");
        Errors.Expect<ShapeMismatchException>(
            () => stream.Step(tensor(new long[,] { { 1 }, { 2 } })),
            "A stream takes one step of each sequence: expected (2,), that is (batch), an index a sequence, but received (2, 1). Give the steps one after the other.");
        stream.StepsRead.Should().Be(0);
    }

    [Fact]
    public void Whole_numbers_are_features_where_nothing_is_looked_up()
    {
        using var model = new SequentialModel(new Lstm(4)) { Seed = 1 };
        model.Build(-1, 2);
        using var stream = model.OpenStream();
        var first = stream.Step([1, 2]);
        stream.Reset();

        stream.Step([1f, 2f]).Should().Equal(first);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F6_a_masked_step_repeats_the_output_and_leaves_the_state(EngineKind engine)
    {
        using var model = new SequentialModel(new Masking(-1), new Lstm(3), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(-1, 1);
        using var stream = model.OpenStream();
        using var alone = model.OpenStream();

        stream.Step([-1f]).Should().Equal(model.Predict<float[,]>(new float[,,] { { { -1 } } }).Cast<float>());
        var first = stream.Step([0.5f]);
        stream.Step([-1f]).Should().Equal(first);
        var second = stream.Step([0.7f]);

        alone.Step([0.5f]).Should().Equal(first);
        alone.Step([0.7f]).Should().Equal(second);
    }

    [Fact]
    public void F6_models_in_models_and_modules_of_TorchSharp_stream()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(
            new SequentialModel(nn.Linear(2, 4), nn.LayerNorm([4]), nn.GELU()),
            new Lstm(4, returnSequences: true),
            nn.Dropout(0.5),
            new TimeDistributed(nn.Sequential(nn.Linear(4, 3), nn.Tanh())),
            new ModuleLayer(new Doubling()) { Stepwise = true, Name = "twice" },
            nn.Linear(3, 2)) { Seed = 1 };
        model.Build(-1, 2);
        model.train();
        using var stream = model.OpenStream(3);
        var x = Numbers.Uniform(1, [3, 5, 2]);

        var outputs = stack([.. Enumerable.Range(0, 5).Select(t => stream.Step(x.select(1, t)))], 1);

        outputs.ShouldMatchTensor(model.Predict(x), Tolerance.Float32);
        model.training.Should().BeTrue("a stream leaves the mode alone");
    }

    [Fact]
    public void Any_module_streams_in_TimeDistributed_as_it_sees_one_step()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new TimeDistributed(nn.Conv1d(2, 3, 2)), new TimeDistributed(new Bidirectional(new Gru(2))), new Lstm(2)) { Seed = 1 };
        model.Build(-1, 2, 4);
        using var stream = model.OpenStream(2);
        var x = Numbers.Uniform(1, [2, 3, 2, 4]);
        Tensor? last = null;

        for (var t = 0; t < 3; t++)
        {
            last = stream.Step(x.select(1, t));
        }

        last!.ShouldMatchTensor(model.Predict(x), Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_decoder_writes_its_sequence_anew_after_each_step(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Gru(3), new RepeatVector(4), new Lstm(3, returnSequences: true, stateful: true), new Dense(2)) { Seed = 1, RequestedEngine = engine };
        model.Build(-1, 1);
        var x = Numbers.Uniform(1, [2, 3, 1]);
        using var stream = model.OpenStream(2);
        stream.OutputLength.Should().Be(2 * 4 * 2);

        for (var t = 0; t < 3; t++)
        {
            stream.Step(x.select(1, t)).ShouldMatchTensor(
                model.Predict(x.narrow(1, 0, t + 1)), engine == EngineKind.Auto ? Tolerance.None : Tolerance.Float32);
        }
        using var state = stream.SaveState();
        var next = stream.Step(x.select(1, 0));
        stream.Restore(state);
        stream.Step(x.select(1, 0)).Values().Should().Equal(next.Values());
    }

    [Fact]
    public void A_convolution_of_earlier_steps_remembers_them()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Conv1D(3, 4, padding: StepPadding.Causal), new Lstm(2)) { Seed = 1 };
        model.Build(-1, 2);
        var x = Numbers.Uniform(1, [2, 7, 2]);
        using var stream = model.OpenStream(2);
        for (var t = 0; t < 7; t++)
        {
            using var saved = stream.SaveState();
            stream.Step(x.select(1, (t + 3) % 7));
            stream.Restore(saved);
            stream.Step(x.select(1, t)).ShouldMatchTensor(model.Predict(x.narrow(1, 0, t + 1)), Tolerance.Float32);
        }
    }

    [Theory]
    [InlineData("backwards", "Lstm 'lstm_1' (LSTM) needs the whole sequence at once")]
    [InlineData("both", "Bidirectional 'bidirectional_1' (Bidirectional) needs the whole sequence at once")]
    [InlineData("attention", "AdditiveAttention 'additive_attention_1' (AdditiveAttention) needs the whole sequence at once")]
    [InlineData("convolution", "Conv1D 'conv1d_1' (Conv1D) looks at later steps too (with StepPadding.Causal it does not)")]
    [InlineData("strides", "Conv1D 'conv1d_1' (Conv1D) makes one step of several")]
    [InlineData("pooling", "MaxPooling1D 'max_pooling1d_1' (MaxPooling1D) makes one step of several")]
    [InlineData("flatten", "Flatten 'flatten_1' (Flatten) needs the whole sequence at once")]
    [InlineData("module", "ModuleLayer 'doubling_1' (Doubling) is a TorchSharp module, which may look at any step (wrap it in new ModuleLayer(module) { Stepwise = true } if it looks at one)")]
    [InlineData("norm", "ModuleLayer 'layer_norm_1' (LayerNorm) is a TorchSharp module, which may look at any step (wrap it in new ModuleLayer(module) { Stepwise = true } if it looks at one)")]
    [InlineData("nested", "Lstm 'lstm_1' (LSTM) needs the whole sequence at once")]
    public void F6_what_can_not_stream_says_the_true_reason(string name, string reason)
    {
        using var model = new SequentialModel(name switch
        {
            "backwards" => [new Lstm(2, goBackwards: true)],
            "both" => [new Bidirectional(new Lstm(2))],
            "attention" => [new AdditiveAttention(), new Lstm(2)],
            "convolution" => [new Conv1D(2, 3), new Lstm(2)],
            "strides" => [new Conv1D(2, 2, strides: 2, padding: StepPadding.Causal)],
            "pooling" => [new MaxPooling1D(), new Lstm(2)],
            "flatten" => [new Lstm(2, returnSequences: true), new Flatten()],
            "module" => [new Doubling(), new Lstm(2)],
            "norm" => [nn.LayerNorm([6, 2])],
            _ => (nn.Module<Tensor, Tensor>[])[new Dense(2), new SequentialModel(new SequentialModel(new Lstm(2, goBackwards: true)))],
        });
        model.Build(6, 2);

        Errors.Expect<InvalidOperationException>(
            () => model.OpenStream(), $"{reason}, so the model can't be run step by step. Call Predict with whole sequences.");
    }

    [Fact]
    public void A_step_of_unknown_shape_is_refused()
    {
        using var model = new SequentialModel(new TimeDistributed(new Lstm(2)), new Lstm(2));
        model.Build(-1, -1, 3);

        Errors.Expect<InvalidOperationException>(
            () => model.OpenStream(),
            "A stream must know the shape of a step, but the model was built for (None, None, None, 3). Build it with the lengths behind the time steps.");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_state_of_another_kind_of_as_many_numbers_is_refused(EngineKind engine)
    {
        using var gru = new SequentialModel(new Gru(4)) { RequestedEngine = engine };
        using var plain = new SequentialModel(new SimpleRnn(4)) { RequestedEngine = engine };
        gru.Build(-1, 1);
        plain.Build(-1, 1);
        using var from = gru.OpenStream();
        from.Step([1f]);
        using var state = from.SaveState();
        using var stream = plain.OpenStream();

        Errors.Expect<ArgumentException>(
            () => stream.Restore(state),
            "The state does not fit SimpleRnn 'simple_rnn_1' (SimpleRNN): it is of a layer of the kind GRU. Restore what a stream of this model saved. (Parameter 'state')");
        stream.StepsRead.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Tensors_that_can_not_be_read_are_told_in_our_words(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(4)) { Seed = 1, RequestedEngine = engine };
        model.Build(-1, 2);
        using var stream = model.OpenStream();
        var expected = stream.Step(tensor(new[,] { { 1f, 2f } })).Values();
        stream.Reset();

        stream.Step(tensor(new[,] { { 1.0, 2.0 } })).Values().Should().Equal(expected, "doubles are converted");
        stream.Reset();
        stream.Step(tensor(new[,] { { 1L, 2L } })).Values().Should().Equal(expected, "whole numbers too");
        stream.Reset();
        Errors.Expect<ArgumentException>(
            () => stream.Step(ones(1, 2).Sparse()),
            "input is a sparse tensor, but a model computes with dense ones. Convert it with to_dense(). (Parameter 'input')");
        Errors.Expect<ArgumentException>(
            () => stream.Step(ones(1, 2, device: new Device(DeviceType.META))),
            "input is on the device META, where a tensor has a shape but no numbers. Give it numbers on the CPU or an accelerator. (Parameter 'input')");
        stream.Step([1f, 2f]).Should().Equal(expected.Select(value => (float)value), "the stream is where it was");
        model.to(ScalarType.Float16);
        Errors.Expect<InvalidOperationException>(
            () => stream.Step(ones(1, 2)),
            "The model's weights were moved to another type or device while the stream was open. Open a new stream.");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_model_that_reads_indices_predicts_sequences_from_memory(EngineKind engine)
    {
        using var model = new SequentialModel(new Embedding(9, 3), new Lstm(4), new Dense(2)) { Seed = 1, RequestedEngine = engine };
        model.Build(-1);
        var y = new float[4];

        model.Predict([1, 2, 3, 4, 5, 6], y, samples: 2);

        y.Should().Equal(model.Predict<float[,]>(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Cast<float>());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.Predict([1, 9], y.AsSpan(0, 2)),
            "x[0, 1] is 9, but Embedding 'embedding_1' has 9 vectors: expected whole numbers 0 to 8. Give inputDim the largest number plus 1, or renumber the classes. (Parameter 'x')\nActual value was 9.");
    }

    [Fact]
    public void A_layer_that_came_into_a_model_inside_ends_it()
    {
        var inner = new SequentialModel(new Lstm(2, returnSequences: true));
        using var model = new SequentialModel(inner);
        model.Build(-1, 2);
        using var stream = model.OpenStream();
        inner.Add(new Dense(1));

        Errors.Expect<InvalidOperationException>(
            () => stream.Step([1f, 2f]), "The stream was opened when the model had 1 layers; now it has 2. Open another stream.");
    }

    [Fact]
    public void Streams_of_modules_take_turns_with_each_other_and_with_predictions()
    {
        using var model = new SequentialModel(new Lstm(4, returnSequences: true, stateful: true), nn.Dropout(0.5), nn.Linear(4, 2)) { Seed = 1 };
        model.Build(-1, 2);
        model.train();
        float[] expected;
        using (var alone = model.OpenStream())
        {
            alone.Step([1f, 2f]);
            expected = alone.Step([3f, 4f]);
        }

        Parallel.For(0, 12, i =>
        {
            for (var round = 0; round < 10; round++)
            {
                if (i % 4 == 0)
                {
                    var whole = model.Predict<float[,,]>(new float[,,] { { { 1, 2 }, { 3, 4 } } });
                    new[] { whole[0, 1, 0], whole[0, 1, 1] }.Should().Equal(expected, (a, b) => Math.Abs(a - b) < Tolerance.Float32.Absolute);
                    continue;
                }
                using var stream = model.OpenStream();
                stream.Step([1f, 2f]);
                stream.Step([3f, 4f]).Should().Equal(expected);
            }
        });
        model.training.Should().BeTrue();
    }

    [Fact]
    public void A_layer_is_no_module_to_wrap()
    {
        using var dense = new Dense(2);

        Errors.Expect<ArgumentException>(
            () => new ModuleLayer(dense), "Dense 'dense' is a layer already. Use it as it is. (Parameter 'module')");
    }

    private sealed class Doubling() : nn.Module<Tensor, Tensor>(nameof(Doubling))
    {
        public override Tensor forward(Tensor input) => input + input;
    }
}
