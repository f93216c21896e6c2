using Parameter = TorchSharp.Modules.Parameter;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Models;

/// <summary>Graphs against the same computation written by hand with TorchSharp's operations, and against a SequentialModel.</summary>
public sealed class FunctionalModelTests : IDisposable
{
    private const int Seed = 3;
    private const double Rate = 0.1;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_chain_is_the_same_as_a_SequentialModel_in_every_verb()
    {
        var (x, y) = (Numbers.Uniform(1, [12, 5, 3]), Numbers.Uniform(2, [12, 1]));
        var input = new Input(5, 3);
        using var graph = new FunctionalModel([input], [new Dense(1).Apply(new Dropout(0.25).Apply(new Lstm(4, dropout: 0.2).Apply(input)))]) { Seed = Seed };
        using var chain = new SequentialModel(new Lstm(4, dropout: 0.2), new Dropout(0.25), new Dense(1)) { Seed = Seed };
        foreach (var model in new Model[] { graph, chain })
        {
            model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        }

        var expected = chain.Fit(x, y, epochs: 3, batchSize: 4, verbose: 0, validationSplit: 0.25);
        var history = graph.Fit(x, y, epochs: 3, batchSize: 4, verbose: 0, validationSplit: 0.25);

        history.Names.Should().Equal(expected.Names);
        foreach (var name in expected.Names)
        {
            history[name].Should().Equal(expected[name], name);
        }
        graph.Predict(x).ShouldMatchTensor(chain.Predict(x), Tolerance.None);
        graph.Evaluate(x, y).Should().Equal(chain.Evaluate(x, y));
        graph.TrainOnBatch(x, y).Should().Equal(chain.TrainOnBatch(x, y));
        graph.call(x).ShouldMatchTensor(chain.call(x), Tolerance.Float32);
        graph.GetWeights().Values().Should().Equal(chain.GetWeights().Values());
        graph.CountParameters().Should().Be(chain.CountParameters());
        graph.Engine.ToString().Should().Be("Fused: every layer has a kernel");
    }

    [Fact]
    public void An_encoder_decoder_with_teacher_forcing_is_trained_as_the_same_code_by_hand()
    {
        var (source, target, y) = (Numbers.Uniform(1, [6, 4, 3]), Numbers.Uniform(2, [6, 5, 2]), Numbers.Uniform(3, [6, 5, 2]));
        var (past, known) = (new Input(-1, 3), new Input(-1, 2));
        var (encoder, decoder, head) = (new Lstm(4), new Lstm(4, returnSequences: true), new Dense(2));
        var (_, state) = encoder.ApplyWithState(past);
        var (steps, _) = decoder.ApplyWithState(known, state);
        using var model = new FunctionalModel([past, known], [new TimeDistributed(head).Apply(steps)]) { Seed = Seed };
        model.Compile(Loss.MeanSquaredError(), new Sgd(Rate));
        model.Build();
        Parameter[] byHand = [.. Parameters(encoder), .. Parameters(decoder), .. Parameters(head)];

        for (var step = 0; step < 5; step++)
        {
            var output = ByHand(byHand);
            var loss = (output - y).square().mean();
            model.Predict([source, target])[0].ShouldMatchTensor(output, Tolerance.Float32, $"the prediction before step {step}");
            model.TrainOnBatch([source, target], [y])["loss"].Should().BeApproximately(loss.item<float>(), 1e-6, $"in step {step}");
            Step(loss, byHand);
        }

        ByHand(byHand).ShouldMatchTensor(model.Predict([source, target])[0], Tolerance.Float32);

        Tensor ByHand(Parameter[] weights)
        {
            var (_, h, c) = HandLstm.Run(source, weights[..3], null, null);
            var (hidden, _, _) = HandLstm.Run(target, weights[3..6], h, c);
            return hidden.matmul(weights[6]) + weights[7];
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Masks_outlive_a_layer_that_reads_backwards_and_hands_its_state_on(bool bothWays)
    {
        using var x = Numbers.Uniform(1, [2, 4, 3]);
        x[0, 2..].fill_(0);
        x[1, 0].fill_(0);
        var input = new Input(-1, 3);
        var masked = new Masking().Apply(input);
        var reader = new Gru(2, returnSequences: true, goBackwards: true);
        Layer layer = bothWays ? new Bidirectional(reader) : reader;
        var (withState, states) = layer is Bidirectional both ? both.ApplyWithState(masked) : reader.ApplyWithState(masked);
        var mean = new GlobalAveragePooling1D();
        using var model = new FunctionalModel([input], [mean.Apply(withState), mean.Apply(layer.Apply(masked)), states[0]]) { Seed = Seed };

        var outputs = model.Predict([x]);

        outputs[0].Values().Should().Equal(outputs[1].Values());
    }

    [Fact]
    public void A_shared_layer_has_its_weights_once_and_the_gradients_of_both_uses()
    {
        var (one, other, y) = (Numbers.Uniform(1, [6, 4, 3]), Numbers.Uniform(2, [6, 5, 3]), Numbers.Uniform(3, [6, 4]));
        var (left, right) = (new Input(-1, 3), new Input(-1, 3));
        var shared = new Lstm(4);
        using var model = new FunctionalModel([left, right], [new Subtract().Apply(shared.Apply(left), shared.Apply(right))]) { Seed = Seed };
        model.Compile(Loss.MeanSquaredError(), new Sgd(Rate));
        model.Build();
        var byHand = Parameters(shared);

        for (var step = 0; step < 3; step++)
        {
            var loss = (HandLstm.Run(one, byHand, null, null).Hidden - HandLstm.Run(other, byHand, null, null).Hidden - y).square().mean();
            model.TrainOnBatch([one, other], [y])["loss"].Should().BeApproximately(loss.item<float>(), 1e-6);
            Step(loss, byHand);
        }

        shared.GetWeights().Values().ShouldMatch(byHand.SelectMany(weight => weight.Values()).ToList(), Tolerance.Float32);
        model.CountParameters().Should().Be(4 * ((3 + 1) * 4 + 16));
        model.Layers.Should().HaveCount(2);
        model.GetWeights().Should().HaveCount(3);
    }

    [Fact]
    public void Two_outputs_have_a_loss_metrics_loss_weights_and_sample_weights_each()
    {
        var (x, y, kind) = (Numbers.Uniform(1, [7, 4, 3]), Numbers.Uniform(2, [7, 2]), tensor(new long[] { 0, 1, 2, 0, 1, 2, 1 }));
        var weights = tensor(new float[] { 1, 0, 2, 1, 3, 1, 1 });
        var input = new Input(4, 3) { Name = "series" };
        var (body, numbers, classes) = (new Lstm(5), new Dense(2) { Name = "decoder" }, new Dense(3, Activation.Softmax) { Name = "kind" });
        var hidden = body.Apply(input);
        using var model = new FunctionalModel([input], [numbers.Apply(hidden), classes.Apply(hidden)]) { Seed = Seed };
        model.Compile(
            [Loss.MeanSquaredError(), Loss.SparseCategoricalCrossentropy()],
            new Sgd(Rate),
            lossWeights: [0.5, 2],
            metrics: [[Metric.MeanAbsoluteError()], [Metric.Accuracy()]],
            weightedMetrics: [[], [Metric.Accuracy()]]);
        model.Build();
        Parameter[] byHand = [.. Parameters(body), .. Parameters(numbers), .. Parameters(classes)];

        var expected = ByHand();
        var evaluated = model.Evaluate([x], [y, kind], batchSize: 3, sampleWeight: [null, weights]);
        var trained = model.TrainOnBatch([x], [y, kind], sampleWeight: [null, weights]);
        Step(expected.Loss, byHand);

        evaluated.Keys.Should().Equal(
            "loss", "decoder_loss", "kind_loss", "decoder_mean_absolute_error", "kind_accuracy", "kind_weighted_accuracy");
        foreach (var figures in new[] { evaluated, trained })
        {
            figures["loss"].Should().BeApproximately(expected.Loss.item<float>(), 1e-6);
            figures["decoder_loss"].Should().BeApproximately(expected.Numbers.item<float>(), 1e-6);
            figures["kind_loss"].Should().BeApproximately(expected.Kind.item<float>(), 1e-6);
            figures["decoder_mean_absolute_error"].Should().BeApproximately((expected.Output - y).abs().mean().item<float>(), 1e-6);
            var right = expected.Probabilities.argmax(-1).eq(kind).to(ScalarType.Float32);
            figures["kind_accuracy"].Should().BeApproximately(right.mean().item<float>(), 1e-6);
            figures["kind_weighted_accuracy"].Should().BeApproximately((right * weights).sum().item<float>() / weights.sum().item<float>(), 1e-6);
        }
        var after = model.Predict([x]);
        after[0].ShouldMatchTensor(ByHand().Output, Tolerance.Float32);
        after[1].ShouldMatchTensor(ByHand().Probabilities, Tolerance.Float32);
        model.Metrics.Select(metric => metric.Name).Should().Equal("mean_absolute_error", "accuracy", "accuracy");

        (Tensor Loss, Tensor Numbers, Tensor Kind, Tensor Output, Tensor Probabilities) ByHand()
        {
            var state = HandLstm.Run(x, byHand[..3], null, null).Hidden;
            var output = state.matmul(byHand[3]) + byHand[4];
            var probabilities = nn.functional.softmax(state.matmul(byHand[5]) + byHand[6], -1);
            var each = -probabilities.gather(1, kind.unsqueeze(-1)).squeeze(-1).log();
            var (first, second) = ((output - y).square().mean(), (each * weights).mean());
            return (first * 0.5 + second * 2, first, second, output, probabilities);
        }
    }

    [Fact]
    public void Data_is_given_by_place_or_by_name()
    {
        var (x, known) = (Numbers.Uniform(1, [8, 4, 3]), Numbers.Uniform(2, [8, 2]));
        var (y, z) = (Numbers.Uniform(3, [8, 1]), Numbers.Uniform(4, [8, 1]));
        using var byPlace = TwoByTwo();
        using var byName = TwoByTwo();
        byPlace.Compile([Loss.MeanSquaredError(), Loss.MeanAbsoluteError()], new Adam(), lossWeights: [1, 0.5], metrics: [[], [Metric.MeanSquaredError()]]);
        byName.Compile(
            new Dictionary<string, Loss> { ["far"] = Loss.MeanAbsoluteError(), ["near"] = Loss.MeanSquaredError() },
            new Adam(),
            lossWeights: new Dictionary<string, double> { ["far"] = 0.5 },
            metrics: new Dictionary<string, IReadOnlyList<Metric>> { ["far"] = [Metric.MeanSquaredError()] });
        var inputs = new Dictionary<string, TensorLike> { ["known"] = known, ["past"] = x };
        var targets = new Dictionary<string, TensorLike> { ["far"] = z, ["near"] = y };

        var expected = byPlace.Fit([x, known], [y, z], epochs: 2, batchSize: 3, verbose: 0, validationData: new ValidationData([x, known], [y, z]));
        var history = byName.Fit(inputs, targets, epochs: 2, batchSize: 3, verbose: 0, validationData: new ValidationData(inputs, targets));

        history.Names.Should().Equal("loss", "near_loss", "far_loss", "far_mean_squared_error", "val_loss", "val_near_loss", "val_far_loss", "val_far_mean_squared_error");
        foreach (var name in expected.Names)
        {
            history[name].Should().Equal(expected[name], name);
        }
        byName.Evaluate(inputs, targets).Should().Equal(byPlace.Evaluate([x, known], [y, z]));
        var named = byName.Predict(inputs);
        named.Keys.Should().Equal("near", "far");
        named["far"].ShouldMatchTensor(byPlace.Predict([x, known])[1], Tolerance.None);
        byName.TrainOnBatch(inputs, targets).Should().Equal(byPlace.TrainOnBatch([x, known], [y, z]));
        (byPlace.InputNames, byPlace.OutputNames).Should().BeEquivalentTo((new[] { "past", "known" }, new[] { "near", "far" }));
    }

    [Fact]
    public void Batches_of_lists_train_as_the_same_data_at_once()
    {
        var (x, known) = (Numbers.Uniform(1, [6, 4, 3]), Numbers.Uniform(2, [6, 2]));
        var (y, z) = (Numbers.Uniform(3, [6, 1]), Numbers.Uniform(4, [6, 1]));
        using var whole = TwoByTwo();
        using var parts = TwoByTwo();
        whole.Compile(Loss.MeanSquaredError(), new Adam());
        parts.Compile(Loss.MeanSquaredError(), new Adam());
        Tensor[] Part(int start, params Tensor[] all) => [.. all.Select(one => one.narrow(0, start, 3))];

        var expected = whole.Fit([x, known], [y, z], epochs: 2, batchSize: 3, verbose: 0, shuffle: false);
        var history = parts.Fit(new[] { (Part(0, x, known), Part(0, y, z)), (Part(3, x, known), Part(3, y, z)) }, epochs: 2, verbose: 0, shuffle: false);

        history.Loss.Should().Equal(expected.Loss);
        history["near_loss"].Should().Equal(expected["near_loss"]);
    }

    [Fact]
    public void States_go_in_and_out_of_Predict_as_values_of_models_that_share_layers()
    {
        var (source, target) = (Numbers.Uniform(1, [3, 4, 2]), Numbers.Uniform(2, [3, 5, 2]));
        var (past, known, h, c) = (new Input(-1, 2), new Input(-1, 2), new Input(4), new Input(4));
        var (encoder, decoder, head) = (new Lstm(4), new Lstm(4, returnSequences: true), new Dense(2));
        var (_, state) = encoder.ApplyWithState(past);
        using var training = new FunctionalModel([past, known], [head.Apply(decoder.ApplyWithState(known, state).Output)]) { Seed = Seed };
        training.Build();
        using var encoding = new FunctionalModel([past], state);
        var (steps, after) = decoder.ApplyWithState(known, [h, c]);
        using var decoding = new FunctionalModel([known, h, c], [head.Apply(steps), .. after]);
        var expected = training.Predict([source, target])[0];

        var states = encoding.Predict([source]);
        for (var t = 0; t < 5; t++)
        {
            var made = decoding.Predict([target.narrow(1, t, 1), .. states.Select(one => (TensorLike)one)]);
            made[0].ShouldMatchTensor(expected.narrow(1, t, 1), Tolerance.Float32, $"step {t}");
            states = [made[1], made[2]];
        }

        decoding.OutputNames.Should().Equal("dense_1", "lstm_2", "lstm_2_1");
        encoding.CountParameters().Should().Be(encoder.CountParameters());
    }

    /// <summary>Keras's order: hidden and cell state, of Bidirectional those forward first.</summary>
    [Fact]
    public void The_four_states_of_Bidirectional_go_in_and_out()
    {
        Tensor[] states = [Numbers.Uniform(2, [2, 3]), Numbers.Uniform(3, [2, 3]), Numbers.Uniform(4, [2, 3]), Numbers.Uniform(5, [2, 3])];
        var x = Numbers.Uniform(1, [2, 5, 2]);
        Input input = new(-1, 2), h = new(3), c = new(3), backH = new(3), backC = new(3);
        var both = new Bidirectional(new Lstm(3, returnSequences: true));
        var (output, after) = both.ApplyWithState(input, [h, c, backH, backC]);
        using var model = new FunctionalModel([input, h, c, backH, backC], [output, .. after]) { Seed = Seed };

        var made = model.Predict([x, .. states]);

        var (forward, forwardState) = ((Lstm)both.Forward).CallWithState(x, new LstmState(states[0], states[1]));
        var (backward, backwardState) = ((Lstm)both.Backward).CallWithState(x, new LstmState(states[2], states[3]));
        made[0].ShouldMatchTensor(cat([forward, backward.flip(1)], -1), Tolerance.Float32);
        Tensor[] expected = [forwardState.Hidden, forwardState.Cell, backwardState.Hidden, backwardState.Cell];
        foreach (var (one, other) in made.Skip(1).Zip(expected))
        {
            one.ShouldMatchTensor(other, Tolerance.Float32);
        }
    }

    [Fact]
    public void Validation_callbacks_and_files_go_by_the_names_of_the_outputs()
    {
        using var folder = new TemporaryFolder();
        var (x, known) = (Numbers.Uniform(1, [20, 4, 3]), Numbers.Uniform(2, [20, 2]));
        var (y, z) = (Numbers.Uniform(3, [20, 1]), Numbers.Uniform(4, [20, 1]));
        using var model = TwoByTwo();
        model.GetLayer("far").Trainable = false;
        model.Compile(Loss.MeanSquaredError(), new Adam(0.05));
        var best = folder.File("best.safetensors");

        var history = model.Fit(
            [x, known], [y, z], epochs: 60, verbose: 0, validationSplit: 0.25,
            callbacks: [new EarlyStopping("val_near_loss", patience: 3), new ModelCheckpoint(best, monitor: "val_far_loss", saveBestOnly: true), new CsvLogger(folder.File("log.csv"))]);

        history.Names.Should().Equal("loss", "near_loss", "far_loss", "val_loss", "val_near_loss", "val_far_loss");
        history.Loss.Count.Should().BeLessThan(60).And.Be(4 + history["val_near_loss"].ToList().IndexOf(history["val_near_loss"].Min()));
        File.ReadLines(folder.File("log.csv")).First().Should().Be("epoch,far_loss,loss,near_loss,val_far_loss,val_loss,val_near_loss");
        using var loaded = FunctionalModel.Load(best);
        loaded.GetLayer("far").Trainable.Should().BeFalse();
        loaded.Evaluate([x.narrow(0, 15, 5), known.narrow(0, 15, 5)], [y.narrow(0, 15, 5), z.narrow(0, 15, 5)])["far_loss"]
            .Should().BeApproximately(history["val_far_loss"].Min(), 1e-6);
    }

    [Theory]
    [InlineData("Lstm")]
    [InlineData("Gru")]
    [InlineData("SimpleRnn")]
    [InlineData("Bidirectional")]
    public void A_state_that_goes_on_is_the_sequence_in_one_go(string kind)
    {
        var x = Numbers.Uniform(1, [3, 6, 2]);
        var (first, second) = (new Input(-1, 2), new Input(-1, 2));
        Layer layer = kind switch
        {
            "Lstm" => new Lstm(3, returnSequences: true),
            "Gru" => new Gru(3, returnSequences: true),
            "SimpleRnn" => new SimpleRnn(3, returnSequences: true),
            _ => new Bidirectional(new Lstm(3, returnSequences: true)),
        };
        var (one, state) = With(layer, first, null);
        var (two, after) = With(layer, second, state);
        using var model = new FunctionalModel([first, second], [one, two, .. after]) { Seed = Seed };

        var parts = model.Predict([x.narrow(1, 0, 4), x.narrow(1, 4, 2)]);
        var whole = layer.call(x);

        state.Should().HaveCount(kind switch { "Lstm" => 2, "Bidirectional" => 4, _ => 1 });
        state.Select(node => node.Shape.ToString()).Should().AllBe("(None, 3)");
        var forward = whole.narrow(2, 0, 3);
        cat([parts[0], parts[1]], 1).narrow(2, 0, 3).ShouldMatchTensor(forward, Tolerance.Float32);
        parts[2].ShouldMatchTensor(forward.select(1, 5), Tolerance.Float32);

        static (Node, IReadOnlyList<Node>) With(Layer layer, Node node, IReadOnlyList<Node>? state) =>
            layer is Bidirectional both ? both.ApplyWithState(node, state) : ((RecurrentLayer)layer).ApplyWithState(node, state);
    }

    [Fact]
    public void A_stateful_layer_carries_its_state_as_in_a_sequence()
    {
        var (x, y) = (Numbers.Uniform(1, [4, 3, 2]), Numbers.Uniform(2, [4, 1]));
        var input = new Input(3, 2);
        using var graph = new FunctionalModel([input], [new Dense(1).Apply(new Lstm(3, stateful: true).Apply(input))]) { Seed = Seed };
        using var chain = new SequentialModel(new Lstm(3, stateful: true), new Dense(1)) { Seed = Seed };
        graph.Compile(Loss.MeanSquaredError(), new Sgd(Rate));
        chain.Compile(Loss.MeanSquaredError(), new Sgd(Rate));

        var expected = chain.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false);
        var history = graph.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false);

        history.Loss.Should().Equal(expected.Loss);
        graph.Predict(x, batchSize: 2, carryState: true).ShouldMatchTensor(chain.Predict(x, batchSize: 2, carryState: true), Tolerance.None);
        var told = Assert.Throws<ArgumentException>(() => chain.Fit(x, y, batchSize: 3, verbose: 0, shuffle: false)).Message;
        Errors.ExpectWithoutChange<ArgumentException>(graph, () => graph.Fit(x, y, batchSize: 3, verbose: 0, shuffle: false), told);
        told = Assert.Throws<ArgumentException>(() => chain.Fit(x, y, batchSize: 2, verbose: 0)).Message;
        Errors.ExpectWithoutChange<ArgumentException>(graph, () => graph.Fit(x, y, batchSize: 2, verbose: 0), told);
    }

    [Fact]
    public void An_embedding_reads_the_indices_of_its_own_input()
    {
        var (words, x) = (tensor(new long[,] { { 1, 2, 0 }, { 3, 1, 2 } }), Numbers.Uniform(1, [2, 3, 2]));
        var (text, series) = (new Input(-1) { Name = "text" }, new Input(-1, 2));
        var embedding = new Embedding(4, 3);
        using var model = new FunctionalModel([series, text], [new Concatenate().Apply(series, embedding.Apply(text))]) { Seed = Seed };

        var output = model.Predict([x, words])[0];

        output.ShouldMatchTensor(cat([x, tensor((float[,])embedding.GetWeights()[0])[words]], -1), Tolerance.None);
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.Predict([x, tensor(new long[,] { { 1, 2, 0 }, { 3, 4, 2 } })]),
            Assert.Throws<ArgumentOutOfRangeException>(() => { embedding.call(tensor(new long[,] { { 1, 2, 0 }, { 3, 4, 2 } })); }).Message
                .Replace("input[1, 1]", "x[1][1, 1]", StringComparison.Ordinal).Replace("(Parameter 'input')", "(Parameter 'x[1]')", StringComparison.Ordinal));
    }

    [Fact]
    public void Attention_is_applied_to_query_value_and_key()
    {
        var (q, v, k) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 5, 6]), Numbers.Uniform(3, [2, 5, 4]));
        var (query, value, key) = (new Input(-1, 4), new Input(-1, 6), new Input(-1, 4));
        var attention = new AdditiveAttention();
        var node = attention.Apply(query, value, key);
        using var model = new FunctionalModel([query, value, key], [node]) { Seed = Seed };

        var output = model.Predict([q, v, k], lengths: [null, new[] { 5, 3 }, null])[0];

        node.Shape.Should().Equal(null, null, 6);
        var valueMask = tensor(new[,] { { true, true, true, true, true }, { true, true, true, false, false } });
        output.ShouldMatchTensor(attention.Attend(q, v, k, valueMask).Output, Tolerance.Float32);
    }

    [Fact]
    public void Freezing_a_layer_leaves_its_weights_alone()
    {
        var (x, y) = (Numbers.Uniform(1, [4, 3, 2]), Numbers.Uniform(2, [4, 1]));
        var input = new Input(-1, 2);
        var (lstm, dense) = (new Lstm(3), new Dense(1));
        using var model = new FunctionalModel([input], [dense.Apply(lstm.Apply(input))]) { Seed = Seed };
        model.Compile(Loss.MeanSquaredError(), new Sgd(Rate));
        model.Build();
        lstm.Trainable = false;
        var (frozen, moved) = (lstm.GetWeights().Values(), dense.GetWeights().Values());

        model.Fit(x, y, verbose: 0);

        lstm.GetWeights().Values().Should().Equal(frozen);
        dense.GetWeights().Values().Should().NotEqual(moved);
        model.CountParameters(trainable: true).Should().Be(4);
    }

    [Fact]
    public void A_penalty_counts_in_the_total_once_and_in_no_output()
    {
        var (x, y) = (Numbers.Uniform(1, [4, 2]), Numbers.Uniform(2, [4, 1]));
        var input = new Input(2);
        var shared = new Dense(3) { KernelRegularizer = Regularizer.L2(0.1) };
        var hidden = shared.Apply(input);
        using var model = new FunctionalModel([input], [new Dense(1) { Name = "a" }.Apply(hidden), new Dense(1) { Name = "b" }.Apply(hidden)]) { Seed = Seed };
        model.Compile(Loss.MeanSquaredError(), new Sgd(Rate));

        model.Build();
        var penalty = 0.1 * shared.GetWeights()[0].Values().Sum(weight => weight * weight);
        var figures = model.Evaluate([x], [y, y]);

        figures["loss"].Should().BeApproximately(figures["a_loss"] + figures["b_loss"] + penalty, 1e-6);
    }

    private static FunctionalModel TwoByTwo()
    {
        var (past, known) = (new Input(-1, 3) { Name = "past" }, new Input(2) { Name = "known" });
        var both = new Concatenate().Apply(new Lstm(4).Apply(past), known);
        return new FunctionalModel([past, known], [new Dense(1) { Name = "near" }.Apply(both), new Dense(1) { Name = "far" }.Apply(both)]) { Seed = Seed };
    }

    private static Parameter[] Parameters(Layer layer) => [.. layer.GetWeights().Select(weight => nn.Parameter(NetTensor(weight)))];

    private static Tensor NetTensor(Array array) => array is float[,] matrix ? tensor(matrix) : tensor((float[])array);

    private static void Step(Tensor loss, Parameter[] weights)
    {
        foreach (var weight in weights)
        {
            weight.grad = null;
        }
        loss.backward();
        using var _ = no_grad();
        foreach (var weight in weights)
        {
            weight.sub_(weight.grad! * Rate);
        }
    }
}

/// <summary>An LSTM written with TorchSharp's operations, on weights in Keras's layout.</summary>
internal static class HandLstm
{
    /// <summary>Runs all steps.</summary>
    /// <param name="x">(samples, time steps, features).</param>
    /// <param name="weights">Kernel, recurrent kernel, bias.</param>
    /// <param name="h">The hidden state before; null: zeros.</param>
    /// <param name="c">The cell state before; null: zeros.</param>
    /// <returns>The hidden state of every step, and both states after the last.</returns>
    internal static (Tensor Steps, Tensor Hidden, Tensor Cell) Run(Tensor x, IReadOnlyList<Tensor> weights, Tensor? h, Tensor? c)
    {
        var units = weights[1].shape[0];
        h ??= zeros(x.shape[0], units);
        c ??= zeros(x.shape[0], units);
        var outputs = new List<Tensor>();
        foreach (var step in x.unbind(1))
        {
            var gates = (step.matmul(weights[0]) + h.matmul(weights[1]) + weights[2]).chunk(4, 1);
            c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
            h = gates[3].sigmoid() * c.tanh();
            outputs.Add(h);
        }
        return (stack(outputs, 1), h, c);
    }
}
