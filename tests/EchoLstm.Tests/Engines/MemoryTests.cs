namespace EchoLstm.Tests.Engines;

/// <summary>Training and predicting hold no more tensors, however long they go on.</summary>
public abstract class MemoryTests(EngineKind engine)
{
    [Theory]
    [InlineData("Adam")]
    [InlineData("Sgd")]
    [InlineData("RmsProp")]
    [InlineData("Torch's Adam")]
    public void A_thousand_batches_leave_the_number_of_live_tensors_unchanged(string optimizer)
    {
        using var model = Model(stateful: false);
        model.Compile(Loss.MeanSquaredError(), Make(optimizer), Metric.Accuracy(), Metric.MeanAbsoluteError());
        using var x = Numbers.Uniform(1, [100, 3, 2]);
        using var y = Numbers.Uniform(2, [100, 3, 1]);
        model.Fit(x, y, batchSize: 1, verbose: 0);
        var before = Live();

        model.Fit(x, y, epochs: 10, batchSize: 1, verbose: 0, validationSplit: 0.1);

        Live().Should().Be(before);
    }

    [Fact]
    public void A_hundred_epochs_of_a_hundred_steps_leave_the_number_of_live_tensors_unchanged()
    {
        using var model = new SequentialModel(new Lstm(2, dropout: 0.1), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        using var x = Numbers.Uniform(1, [100, 1, 2]);
        using var y = Numbers.Uniform(2, [100, 1]);
        model.Fit(x, y, batchSize: 1, verbose: 0);
        var before = Live();

        model.Fit(x, y, epochs: 100, batchSize: 1, verbose: 0).Loss.Should().HaveCount(100);

        Live().Should().Be(before);
    }

    [Fact]
    public void Ten_thousand_steps_of_a_stream_leave_the_number_of_live_tensors_unchanged()
    {
        using var model = Model(stateful: false);
        using var stream = model.OpenStream();
        using var step = Numbers.Uniform(1, [1, 2]);
        var output = new float[stream.OutputLength];
        stream.Step(step).Dispose();
        var before = Live();

        for (var i = 0; i < 5_000; i++)
        {
            stream.Step(step).Dispose();
            stream.Step([1, 2], output);
        }

        stream.StepsRead.Should().Be(10_001);
        Live().Should().Be(before);
    }

    [Fact]
    public void A_fit_that_a_callback_stops_leaves_no_tensor()
    {
        using var model = Model(stateful: false);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = Numbers.Uniform(1, [20, 3, 2]);
        using var y = Numbers.Uniform(2, [20, 3, 1]);
        model.Fit(x, y, batchSize: 10, verbose: 0);
        var before = Live();

        for (var i = 0; i < 20; i++)
        {
            model.Fit(x, y, epochs: 1000, batchSize: 10, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: progress => progress.Stop())]).Loss.Should().HaveCount(1);
            model.Fit(x, y, epochs: 1000, batchSize: 10, verbose: 0, validationSplit: 0.2, callbacks: [new EarlyStopping(patience: 0, baseline: 0)]).Loss.Should().HaveCountLessThan(1000);
        }

        Live().Should().Be(before);
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_fit_that_is_cancelled_leaves_no_tensor(EngineKind engine)
    {
        using var model = Model(stateful: false);
        model.RequestedEngine = engine;
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = Numbers.Uniform(1, [20, 3, 2]);
        using var y = Numbers.Uniform(2, [20, 3, 1]);
        model.Fit(x, y, batchSize: 10, verbose: 0);
        var before = Live();

        for (var i = 0; i < 20; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var history = model.Fit(x, y, epochs: 1000, batchSize: 10, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ => cancellation.Cancel())], cancellationToken: cancellation.Token);
            history.Outcome.Should().Be(FitOutcome.Canceled);
        }

        Live().Should().Be(before);
    }

    [Fact]
    public void A_model_that_is_disposed_while_it_is_fitted_leaves_nothing()
    {
        using var x = Numbers.Uniform(1, [20, 3, 2]);
        using var y = Numbers.Uniform(2, [20, 3, 1]);
        Use();
        var before = Live();

        Use();

        Live().Should().Be(before);

        void Use()
        {
            var model = Model(stateful: false);
            model.Compile(Loss.MeanSquaredError(), new Adam());
            Assert.Throws<ObjectDisposedException>(() => model.Fit(x, y, epochs: 9, batchSize: 10, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ => model.Dispose())]));
        }
    }

    [Fact]
    public void Clipping_and_every_loss_leave_no_tensor()
    {
        using var x = Numbers.Uniform(1, [20, 3, 2]);
        using var y = ones(20, 3, 2);
        foreach (var loss in new[] { Loss.MeanSquaredError(), Loss.MeanAbsoluteError(), Loss.BinaryCrossentropy(), Loss.BinaryCrossentropy(fromLogits: true), Loss.CategoricalCrossentropy(), Loss.Custom((a, b) => (a - b).abs()) })
        {
            foreach (var optimizer in new[] { new Adam { ClipNorm = 1 }, new Adam { GlobalClipNorm = 1 }, new Adam { ClipValue = 1 } })
            {
                using var model = Model(stateful: false, units: 2);
                model.Compile(loss, optimizer);
                model.Fit(x, y, batchSize: 5, verbose: 0);
                var before = Live();

                model.Fit(x, y, epochs: 5, batchSize: 5, verbose: 0);

                Live().Should().Be(before, loss.Name);
            }
        }
    }

    [Fact]
    public void A_stateful_fit_leaves_no_tensor_but_the_state()
    {
        using var model = Model(stateful: true);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = Numbers.Uniform(1, [100, 3, 2]);
        using var y = Numbers.Uniform(2, [100, 3, 1]);
        model.Fit(x, y, batchSize: 1, verbose: 0, shuffle: false);
        model.ResetStates();
        var before = Live();

        model.Fit(x, y, epochs: 5, batchSize: 1, verbose: 0, shuffle: false);

        Live().Should().Be(before + 2, "the layer carries h and c");
        model.ResetStates();
        Live().Should().Be(before);
    }

    [Fact]
    public void A_fit_that_an_exception_ends_leaves_no_tensor()
    {
        using var model = Model(stateful: false);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = Numbers.Uniform(1, [100, 3, 2]);
        using var y = Numbers.Uniform(2, [100, 3, 1]);
        model.Fit(x, y, batchSize: 10, verbose: 0);
        var before = Live();

        for (var i = 0; i < 20; i++)
        {
            Assert.Throws<TimeoutException>(() => model.Fit(x, y, batchSize: 10, verbose: 0, callbacks: [new Throwing()]));
            Assert.Throws<ShapeMismatchException>(() => model.Fit(x, x, batchSize: 10, verbose: 0));
            Assert.Throws<ArgumentException>(() => model.Fit(x, y, batchSize: 10, verbose: 0, validationSplit: 0.999));
        }

        Live().Should().Be(before);
    }

    [Fact]
    public void A_fit_that_diverges_leaves_no_tensor()
    {
        using var model = Model(stateful: false);
        model.Compile((target, output) => (output - 100).log(), new Adam());
        using var x = Numbers.Uniform(1, [10, 3, 2]);
        using var y = Numbers.Uniform(2, [10, 3, 1]);
        Assert.Throws<TrainingDivergedException>(() => model.Fit(x, y, verbose: 0));
        var before = Live();

        for (var i = 0; i < 20; i++)
        {
            Assert.Throws<TrainingDivergedException>(() => model.Fit(x, y, verbose: 0));
        }

        Live().Should().Be(before);
    }

    [Fact]
    public void A_thousand_predictions_and_evaluations_leave_no_tensor_but_their_results()
    {
        using var model = Model(stateful: true);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy());
        using var x = Numbers.Uniform(1, [4, 3, 2]);
        using var y = Numbers.Uniform(2, [4, 3, 1]);
        model.Predict(x, carryState: true).Dispose();
        var before = Live();

        for (var i = 0; i < 1000; i++)
        {
            model.Predict(x, batchSize: i % 2 == 0 ? 4 : 2).Dispose();
            _ = model.Predict<float[,,]>(x, carryState: true);
            _ = model.Evaluate(x, y);
        }

        Live().Should().Be(before);
    }

    [Fact]
    public void A_model_that_was_trained_leaves_nothing_when_it_is_disposed()
    {
        using var x = Numbers.Uniform(1, [4, 3, 2]);
        using var y = Numbers.Uniform(2, [4, 3, 1]);
        Use();
        var before = Live();

        Use();

        Live().Should().Be(before);

        void Use()
        {
            foreach (var optimizer in new[] { "Adam", "Sgd", "RmsProp" })
            {
                using var model = Model(stateful: true);
                model.Compile(Loss.MeanSquaredError(), Make(optimizer));
                model.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false);
                model.Compile(Loss.MeanSquaredError(), Make(optimizer));
                model.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: false);
            }
        }
    }

    private static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private SequentialModel Model(bool stateful, int units = 1)
    {
        var model = new SequentialModel(new Lstm(3, returnSequences: true, stateful: stateful), new TimeDistributed(new Dense(units))) { Seed = 1, RequestedEngine = engine };
        model.Build(3, 2);
        return model;
    }

    private static Optimizer Make(string name) => name switch
    {
        "Adam" => new Adam(),
        "Sgd" => new Sgd(momentum: 0.9, nesterov: true),
        "RmsProp" => new RmsProp(momentum: 0.9, centered: true),
        "Torch's Adam" => new TorchOptimizer(parameters => optim.Adam(parameters)),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private sealed class Throwing : Callback
    {
        public override void OnBatchEnd(FitProgress progress) => throw new TimeoutException();
    }
}

public sealed class MemoryOnTorchTests() : MemoryTests(EngineKind.Torch);

public sealed class MemoryOnAnyEngineTests() : MemoryTests(EngineKind.Auto);
