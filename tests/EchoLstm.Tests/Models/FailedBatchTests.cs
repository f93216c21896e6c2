using Dropout = EchoLstm.Layers.Dropout;

namespace EchoLstm.Tests.Models;

/// <summary>A batch that diverges or is refused changes nothing: weights, optimiser, carried states, generators, running statistics.</summary>
public class FailedBatchTests
{
    private static readonly float[,,] One = { { { 1 } } };
    private static readonly float[,] TooMuch = { { 3e38f } };

    public static TheoryData<EngineKind> Engines => [EngineKind.Auto, EngineKind.Torch];

    [Theory]
    [MemberData(nameof(Engines))]
    public void F5_a_diverged_batch_leaves_the_carried_state_alone(EngineKind engine)
    {
        using var model = Sum(engine);
        model.TrainOnBatch(One, new float[1, 1]);

        Assert.Throws<TrainingDivergedException>(() => model.TrainOnBatch(One, TooMuch)).Message.Should().Be(
            "The loss became infinite in epoch 1 of 1, batch 1 of 1; this batch changed no weight and no carried state. Every layer's output is finite, so it is the loss mean_squared_error itself; check that outputs and targets lie where it is defined. Lower the learning rate, clip gradients (ClipNorm), or scale the data.");

        model.Predict<float[,]>(One, carryState: true)[0, 0].Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F5_with_TerminateOnNaN_too(EngineKind engine)
    {
        using var model = Sum(engine);
        model.TrainOnBatch(One, new float[1, 1]);

        var history = model.Fit(One, TooMuch, batchSize: 1, shuffle: false, verbose: 0, callbacks: [new TerminateOnNaN()]);

        history.Outcome.Should().Be(FitOutcome.Diverged);
        model.Predict<float[,]>(new float[1, 1, 1], carryState: true)[0, 0].Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F5_an_input_too_large_leaves_no_infinite_state(EngineKind engine)
    {
        using var model = Sum(engine);
        model.TrainOnBatch(One, new float[1, 1]);
        var huge = new float[,,] { { { 3e38f } } };
        model.SetWeights([new float[,] { { 10 } }, new float[,] { { 1 } }, new float[] { 0 }]);

        Assert.Throws<TrainingDivergedException>(() => model.TrainOnBatch(huge, new float[1, 1])).Layer.Should().Be("simple_rnn_1");

        model.TrainOnBatch(One, new float[1, 1])["loss"].Should().Be(121, "it goes on from 1");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F5_a_state_that_was_infinite_before_is_named_and_reset(EngineKind engine)
    {
        using var model = Sum(engine);
        using (var huge = tensor(new float[,,] { { { 3e38f } } }))
        {
            model.call(huge).Dispose();
            model.call(huge).Dispose();
        }

        Assert.Throws<TrainingDivergedException>(() => model.TrainOnBatch(One, new float[1, 1])).Message.Should().Contain(
            "The state that SimpleRnn 'simple_rnn_1' carried into the batch is not finite; it is reset, as by ResetStates.");

        model.TrainOnBatch(One, new float[1, 1])["loss"].Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Training_goes_on_as_if_the_batch_had_not_been(EngineKind engine)
    {
        foreach (var make in new Func<nn.Module<Tensor, Tensor>[]>[]
        {
            () => [new Lstm(3, returnSequences: true, stateful: true, dropout: 0.3), new Gru(3, stateful: true), new Dropout(0.4), new Dense(1)],
            () => [new Bidirectional(new SimpleRnn(3, stateful: true, recurrentDropout: 0.2)), new Dense(1)],
            () => [new SequentialModel(new SequentialModel(new Gru(4, stateful: true), new Dropout(0.5))), new Dense(1)],
            () => [new Lstm(4, stateful: true), nn.BatchNorm1d(4), new Dense(1)],
        })
        {
            using var scope = NewDisposeScope();
            using var with = Compiled(make, engine);
            using var without = Compiled(make, engine);
            var (x, y) = (Numbers.Uniform(1, [4, 5, 2]), Numbers.Uniform(2, [4, 1]));
            foreach (var model in new[] { with, without })
            {
                model.TrainOnBatch(x, y);
            }

            Assert.Throws<TrainingDivergedException>(() => with.TrainOnBatch(x, full(4, 1, 3e38f)));
            with.Fit(x, full(4, 1, 3e38f), batchSize: 4, shuffle: false, verbose: 0, callbacks: [new TerminateOnNaN()]);

            for (var step = 0; step < 3; step++)
            {
                with.TrainOnBatch(x, y)["loss"].Should().Be(without.TrainOnBatch(x, y)["loss"]);
            }
            with.GetWeights().Values().Should().Equal(without.GetWeights().Values());
            with.Predict<float[,]>(x, carryState: true).Values().Should().Equal(without.Predict<float[,]>(x, carryState: true).Values());
        }
    }

    [Fact]
    public void A_batch_whose_loss_throws_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var model = Sum(EngineKind.Torch);
        var fails = false;
        model.Compile((target, output) => fails ? throw new TimeoutException() : (target - output).square(), new Sgd(0));
        model.TrainOnBatch(One, new float[1, 1]);
        fails = true;

        Assert.Throws<TimeoutException>(() => model.TrainOnBatch(One, new float[1, 1]));

        model.Predict<float[,]>(One, carryState: true)[0, 0].Should().Be(2);
    }

    private static SequentialModel Compiled(Func<nn.Module<Tensor, Tensor>[]> make, EngineKind engine)
    {
        var model = new SequentialModel(make()) { Seed = 5, RequestedEngine = engine };
        model.Build(5, 2);
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        return model;
    }

    private static SequentialModel Sum(EngineKind engine)
    {
        var model = new SequentialModel(new SimpleRnn(1, stateful: true, activation: Activation.Linear)) { RequestedEngine = engine };
        model.Build(1, 1);
        model.SetWeights([new float[,] { { 1 } }, new float[,] { { 1 } }, new float[] { 0 }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        return model;
    }
}

/// <summary>Torch's own generator belongs to the whole process.</summary>
[Collection(RunsAlone.Name)]
public class FailedBatchDrawsTests
{
    [Fact]
    public void A_batch_that_diverges_draws_nothing_from_torch()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = new SequentialModel(new Dense(4), nn.Dropout(0.5), new Dense(1)) { Seed = 1 };
        var (x, wrong) = (Numbers.Uniform(1, [2, 2]), full(2, 1, 3e38f));
        model.Build(2);
        var draws = random.get_rng_state();
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        Assert.Throws<TrainingDivergedException>(() => model.TrainOnBatch(x, wrong));
        var after = rand(1).item<float>();

        random.set_rng_state(draws);
        rand(1).item<float>().Should().Be(after);
    }

    [Fact]
    public void A_diverged_batch_leaves_Torchs_own_dropout_where_it_was()
    {
        var x = new float[,] { { 1, 2, 3, 4 } };
        double[] After(bool diverges)
        {
            using var model = new SequentialModel(new ModuleLayer(nn.Dropout(0.5)), new Dense(1)) { Seed = 1 };
            model.Build(4);
            model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));
            using var generator = random.manual_seed(4);
            if (diverges)
            {
                Assert.Throws<TrainingDivergedException>(() => model.TrainOnBatch(x, new[,] { { 3e38f } }));
            }
            model.TrainOnBatch(x, new float[,] { { 1 } });
            return model.GetWeights().Values();
        }

        After(diverges: true).Should().Equal(After(diverges: false));
    }
}
