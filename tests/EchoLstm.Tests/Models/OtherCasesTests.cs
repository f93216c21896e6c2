namespace EchoLstm.Tests.Models;

/// <summary>Other cases of the kinds that users met, each with the value worked out by hand.</summary>
public class OtherCasesTests
{
    public static TheoryData<EngineKind> Engines => [EngineKind.Torch, EngineKind.Fused];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Batches_of_another_size_cant_go_on_from_a_state(EngineKind engine)
    {
        var rnn = new SimpleRnn(1, stateful: true, activation: Activation.Linear);
        using var model = new SequentialModel(rnn) { RequestedEngine = engine };
        model.Build(1, 1);
        Sum(rnn);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var batches = new[] { (new float[2, 1, 1], new float[2, 1]), (new float[900, 1, 1], new float[900, 1]) };
        const string Message = "batches[1].X has 900 samples, but SimpleRnn 'simple_rnn_1' goes on from the state of 2: sample i continues sample i of the batch before. "
            + "Give batches of one size, and call ResetStates before others. (Parameter 'batches[1].X')";

        Errors.Expect<ArgumentException>(() => model.Evaluate(batches), Message);
        Errors.Expect<ArgumentException>(() => model.Fit(batches, verbose: 0, shuffle: false), Message);
        Assert.Throws<ArgumentException>(() => model.Fit(batches[1..], verbose: 0, shuffle: false));
        model.ResetStates();
        model.Fit(batches[1..], verbose: 0, shuffle: false).Loss.Should().Equal(0);
    }

    [Fact]
    public void A_mask_of_steps_reaches_the_statistics_inside_TimeDistributed()
    {
        foreach (var make in new Func<Layer>[]
        {
            () => new TimeDistributed(new BatchNormalization(momentum: 0.5, epsilon: 1e-6)),
            () => new TimeDistributed(new SequentialModel(new BatchNormalization(momentum: 0.5, epsilon: 1e-6))),
            () => new BatchNormalization(momentum: 0.5, epsilon: 1e-6),
        })
        {
            using var model = new SequentialModel(make());
            model.Build(3, 1);
            model.Compile(Loss.MeanSquaredError(), new Sgd(0));

            model.TrainOnBatch(new float[,,] { { { 1 }, { 3 }, { 100 } }, { { 5 }, { 100 }, { 100 } } }, new float[2, 3, 1], lengths: [2, 1]);

            model.GetWeights().Values().ShouldMatch([1, 0, 1.5, 0.5 + (0.5 * 8 / 3)], Tolerance.Float32);
        }
        using var theirs = new SequentialModel(new TimeDistributed(nn.BatchNorm1d(1)));
        theirs.Build(3, 1);
        theirs.Compile(Loss.MeanSquaredError(), new Sgd(0));
        Assert.Throws<InvalidOperationException>(() => theirs.TrainOnBatch(new float[2, 3, 1], new float[2, 3, 1], lengths: [2, 1])).Message
            .Should().Contain("would count masked time steps in its statistics. Use BatchNormalization");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void The_mask_goes_with_steps_that_come_out_backwards(EngineKind engine)
    {
        var (first, second) = (new SimpleRnn(1, returnSequences: true, goBackwards: true, activation: Activation.Linear), new SimpleRnn(1, activation: Activation.Linear));
        using var model = new SequentialModel(new Masking(-1), first, second) { RequestedEngine = engine };
        model.Build(-1, 1);
        Sum(first);
        Sum(second);

        model.Predict<float[,]>(new float[,,] { { { 1 }, { 2 }, { -1 }, { -1 } } }).Should().BeEquivalentTo(new float[,] { { 5 } });
    }

    [Fact]
    public void A_batch_cant_leave_statistics_from_which_nothing_could_go_on()
    {
        foreach (var make in new Func<nn.Module<Tensor, Tensor>>[] { () => new BatchNormalization(), () => nn.BatchNorm1d(1) })
        {
            using var model = new SequentialModel(make(), new Dense(1)) { Seed = 1 };
            model.Build(1);
            model.Compile(Loss.MeanSquaredError(), new Sgd(0.01));

            model.TrainOnBatch(new float[,] { { 1e30f }, { -1e30f } }, new float[,] { { 0 }, { 1 } });

            model.GetWeights().Values().Should().OnlyContain(value => double.IsFinite(value));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Gradients_that_overflow_move_no_weight(EngineKind engine)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.Layers[0].SetWeights([new[,] { { 1e-20f } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(1));

        Errors.ExpectWithoutChange<TrainingDivergedException>(
            model,
            () => model.TrainOnBatch(new[,] { { 3e38f } }, new[,] { { 1e10f } }),
            "A gradient became NaN or infinite in epoch 1 of 1, batch 1 of 1; this batch changed no weight. The outputs and the loss are finite: on the way back the numbers became too large. "
                + "Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        model.TrainOnBatch(new float[,] { { 1 } }, new float[,] { { 1 } })["loss"].Should().Be(1);
    }

    [Fact]
    public void A_softmax_over_one_unit_is_refused_wherever_it_stands()
    {
        foreach (var make in new Func<SequentialModel>[]
        {
            () => new(new Lstm(2), new Dense(1, Activation.Softmax), new Reshape(1, 1)),
            () => new(new Lstm(2), new Dense(1), new ModuleLayer(nn.Softmax(-1)), new Dropout(0.1)),
            () => new(new Lstm(1, activation: Activation.Softmax)),
            () => new(new SequentialModel(new Lstm(2), new Dense(1, Activation.Softmax))),
        })
        {
            using var model = make();
            model.Build(3, 1);
            model.Compile(Loss.MeanSquaredError(), new Sgd());
            using var y = zeros([.. model.OutputShape(new Shape(2, 3, 1)).Select(length => length!.Value)]);

            Assert.Throws<InvalidOperationException>(() => model.TrainOnBatch(new float[2, 3, 1], y)).Message.Should().Contain("has a softmax over 1 unit");
        }
    }

    [Fact]
    public void Plain_memory_fills_models_of_four_axes()
    {
        using var model = new SequentialModel(new TimeDistributed(new SimpleRnn(2)), new Lstm(2)) { Seed = 1 };
        model.Build(2, 2, 1);
        var y = new float[2];

        model.Predict([1f, 2, 3, 4], y);

        y.Values().ShouldMatch(model.Predict<float[,]>(new float[,,,] { { { { 1 }, { 2 } }, { { 3 }, { 4 } } } }).Values(), Tolerance.Float32);
    }

    [Fact]
    public void The_layer_inside_a_nested_model_is_named()
    {
        using var model = new SequentialModel(new SequentialModel(new Dense(1, useBias: false), new Dense(1, useBias: false)));
        model.Build(1);
        model.SetWeights([new[,] { { 1e30f } }, new[,] { { 1e30f } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd());

        Assert.Throws<TrainingDivergedException>(() => model.TrainOnBatch(new float[,] { { 1 } }, new float[,] { { 1 } })).Layer.Should().Be("dense_2");
    }

    [Fact]
    public void Absurd_sizes_are_told_in_words()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<InsufficientMemoryException>(() => LstmState.Zeros(long.MaxValue, long.MaxValue));
        Assert.Throws<InsufficientMemoryException>(() => new RepeatVector(int.MaxValue).call(zeros(100, 100)));
        Assert.Throws<InsufficientMemoryException>(() => new UpSampling1D(int.MaxValue).call(zeros(100, 100, 100)));
        Assert.Throws<InsufficientMemoryException>(() => new BatchNormalization().Build(new Shape(null, 2, 1L << 40)));
        using var model = new SequentialModel(new SimpleRnn(1));
        model.Build(-1, 1);
        Assert.Throws<ShapeMismatchException>(() => model.Predict(zeros(1, 1, 1).expand(1, (1L << 31) + 5, 1))).Message.Should().Contain("has an axis of more than");
        Errors.Expect<ShapeMismatchException>(
            () => zeros(2, 3).WithMask(new bool[2, 3]),
            "mask says which time steps are there, but (2, 3) of numbers has none. Give (samples, time steps, features).");
    }

    /// <summary>A linear SimpleRnn that sums.</summary>
    private static void Sum(Layer rnn) => rnn.SetWeights([new float[,] { { 1 } }, new float[,] { { 1 } }, new float[1]]);
}
