namespace EchoLstm.Tests.Models;

/// <summary>What a fit does, on each engine.</summary>
public abstract class SequentialModelFitTests(EngineKind engine)
{
    private static readonly float[,] TenSamples = Column(10);

    [Fact]
    public void A_last_short_batch_counts_by_its_samples()
    {
        // The weights stand still, so that the loss is the mean over all samples, not over batches.
        using var model = Linear(weight: 0, new Sgd(0));

        var history = model.Fit(TenSamples, TenSamples, batchSize: 4, verbose: 0);

        history.Loss.Single().Should().BeApproximately(Enumerable.Range(0, 10).Average(i => i * i), 1e-4);
        model.Evaluate(TenSamples, TenSamples, batchSize: 4)["loss"].Should().BeApproximately(28.5, 1e-4);
    }

    [Fact]
    public void The_loss_of_a_batch_is_measured_before_its_update()
    {
        using var model = Linear(weight: 0, new Sgd(0.5));

        // loss 1, gradient -2: w becomes 1, and the second batch is right.
        var history = model.Fit(new float[,] { { 1 }, { 1 } }, new float[,] { { 1 }, { 1 } }, epochs: 1, batchSize: 1, verbose: 0, shuffle: false);

        history.Loss.Should().Equal(0.5);
    }

    [Fact]
    public void A_doubled_batch_gives_the_same_loss_and_gradient()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Numbers.Uniform(1, [4, 5, 2]), Numbers.Uniform(2, [4, 1]));

        var (loss, weights) = Step(x, y);
        var (lossOfTwo, weightsOfTwo) = Step(cat([x, x]), cat([y, y]));

        lossOfTwo.Should().BeApproximately(loss, 1e-6);
        weightsOfTwo.Zip(weights, (two, one) => Math.Abs(two - one)).Max().Should().BeLessThan(1e-6, "SGD moves a weight by its gradient");

        (double Loss, double[] Weights) Step(Tensor inputs, Tensor targets)
        {
            using var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1, RequestedEngine = engine };
            model.Compile(Loss.MeanSquaredError(), new Sgd(1));
            return (model.TrainOnBatch(inputs, targets)["loss"], model.GetWeights().Values());
        }
    }

    [Fact]
    public void Shuffling_takes_every_sample_once_an_epoch_in_a_new_order()
    {
        var recorder = new Recorder();
        using var model = Recording(recorder, seed: 3);

        model.Fit(TenSamples, TenSamples, epochs: 4, batchSize: 3, verbose: 0);

        var epochs = recorder.Trained.SelectMany(batch => batch).Chunk(10).ToList();
        epochs.Should().HaveCount(4).And.OnlyContain(order => order.Order().SequenceEqual(Enumerable.Range(0, 10).Select(i => (double)i)));
        epochs.Select(order => string.Join(' ', order)).Should().OnlyHaveUniqueItems();
        recorder.Trained.Select(batch => batch.Length).Should().Equal(3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 1);
    }

    [Fact]
    public void The_order_is_the_seeds()
    {
        string Order(int seed)
        {
            var recorder = new Recorder();
            using var model = Recording(recorder, seed);
            model.Fit(TenSamples, TenSamples, epochs: 2, batchSize: 3, verbose: 0);
            return string.Join(' ', recorder.Trained.SelectMany(batch => batch));
        }

        Order(3).Should().Be(Order(3));
        Order(3).Should().NotBe(Order(4));
    }

    [Fact]
    public void Inputs_and_targets_are_shuffled_together()
    {
        using var model = Linear(weight: 1, new Sgd(0));

        model.Fit(TenSamples, TenSamples, epochs: 3, batchSize: 3, verbose: 0).Loss.Should().OnlyContain(loss => loss == 0);
    }

    [Fact]
    public void Without_shuffling_the_order_is_the_datas()
    {
        var recorder = new Recorder();
        using var model = Recording(recorder, seed: 3);

        model.Fit(TenSamples, TenSamples, epochs: 2, batchSize: 4, verbose: 0, shuffle: false);

        recorder.Trained.SelectMany(batch => batch).Should().Equal([.. Enumerable.Range(0, 10), .. Enumerable.Range(0, 10)]);
    }

    [Fact]
    public void Two_fits_from_one_seed_give_the_same_bits()
    {
        double[] Run()
        {
            using var model = new SequentialModel(new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(2))) { Seed = 5, RequestedEngine = engine };
            using var x = Numbers.Uniform(1, [10, 4, 3]);
            using var y = Numbers.Uniform(2, [10, 4, 2]);
            model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
            var history = model.Fit(x, y, epochs: 10, batchSize: 3, verbose: 0, validationSplit: 0.2);
            return [.. history.Names.SelectMany(name => history[name]), .. model.GetWeights().Values()];
        }

        Run().Should().Equal(Run());
    }

    [Fact]
    public void A_layer_that_a_callback_freezes_rests_from_the_next_batch_on()
    {
        using var model = new SequentialModel(new Dense(1, useBias: false), new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1 } }, new float[,] { { 1 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.001));
        List<double[]> first = [], second = [];
        var freeze = new LambdaCallback(onBatchEnd: _ =>
        {
            first.Add(model.GetWeights()[0].Values());
            second.Add(model.GetWeights()[1].Values());
            model.Layers[0].Trainable = false;
        });

        model.Fit(TenSamples, new float[10, 1], batchSize: 5, verbose: 0, shuffle: false, callbacks: [freeze]);

        first[0].Should().NotEqual([1]);
        first[1].Should().Equal(first[0]);
        second[1].Should().NotEqual(second[0]);
    }

    [Fact]
    public void A_model_that_was_set_to_evaluate_is_trained_as_any_other()
    {
        var recorder = new Recorder();
        using var model = Recording(recorder, seed: 1);
        model.eval();
        model.TrainOnBatch(TenSamples, TenSamples);
        model.eval();
        model.Fit(TenSamples, TenSamples, batchSize: 10, verbose: 0);

        recorder.Trained.Should().HaveCount(2);
    }

    [Fact]
    public void After_a_fit_an_Lstm_that_a_user_calls_has_its_kernel_again()
    {
        var lstm = new Lstm(2);
        using var model = new SequentialModel(lstm) { Seed = 1, RequestedEngine = engine };
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Sgd());

        model.Fit(new float[2, 3, 1], new float[2, 2], verbose: 0);

        lstm.RunsOnTorchAlone.Should().BeFalse();
    }

    [Fact]
    public void ValidationSplit_takes_the_last_samples_before_shuffling()
    {
        var recorder = new Recorder();
        using var model = Recording(recorder, seed: 3);

        var history = model.Fit(TenSamples, TenSamples, epochs: 2, batchSize: 4, verbose: 0, validationSplit: 0.3);

        recorder.Batches.Where(batch => !batch.Training).SelectMany(batch => batch.Samples).TakeLast(6).Should().Equal(7, 8, 9, 7, 8, 9);
        recorder.Trained.SelectMany(batch => batch).Order().Should().Equal([.. Enumerable.Range(0, 7).SelectMany(i => new[] { i, i })]);
        history["val_loss"].Should().HaveCount(2);
    }

    [Theory]
    [InlineData(10, 0.25, 7)]
    [InlineData(10, 0.05, 9)]
    [InlineData(3, 0.5, 1)]
    [InlineData(100, 0.2, 80)]
    public void ValidationSplit_rounds_as_Keras_does(int samples, double split, int trained)
    {
        var recorder = new Recorder();
        using var model = Recording(recorder, seed: 3);

        model.Fit(Column(samples), Column(samples), verbose: 0, validationSplit: split);

        recorder.Trained.Sum(batch => batch.Length).Should().Be(trained, "Keras trains on int(samples * (1 - split))");
    }

    [Fact]
    public void Validation_is_measured_after_the_epoch_without_training()
    {
        using var model = Linear(weight: 0, new Sgd(0.5));
        float[,] one = { { 1 } };
        float[,] two = { { 2 } };

        // After the epoch w is 1.
        var history = model.Fit(one, one, verbose: 0, validationData: (two, one));

        history["val_loss"].Should().Equal(1);
        model.GetWeights().Values().Should().Equal(1);
        model.Evaluate(two, one)["loss"].Should().Be(1);
    }

    [Fact]
    public void Accuracy_on_a_regression_is_reported_however_little_it_means()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        model.RequestedEngine = engine;
        using var x = Numbers.Uniform(1, [20, 5, 1]);
        using var y = Numbers.Uniform(2, [20, 5, 1]);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy());

        var history = model.Fit(x, y, epochs: 2, batchSize: 5, verbose: 0, validationSplit: 0.05);

        history["accuracy"].Should().OnlyContain(value => value >= 0 && value <= 1);
        history["val_accuracy"].Should().HaveCount(2);
    }

    [Fact]
    public void Callbacks_are_called_at_the_turns_of_a_fit()
    {
        var log = new List<string>();
        using var model = Linear(weight: 0, new Sgd(0));

        model.Fit(TenSamples, TenSamples, epochs: 4, batchSize: 5, verbose: 0, callbacks: [new Log("a", log), new Log("b", log)], initialEpoch: 2);

        log.Should().Equal(
            "a train begin", "b train begin",
            "a epoch 2 begin", "b epoch 2 begin",
            "a epoch 2 batch 1 of 2", "b epoch 2 batch 1 of 2", "a epoch 2 batch 2 of 2", "b epoch 2 batch 2 of 2",
            "a epoch 2 end", "b epoch 2 end",
            "a epoch 3 begin", "b epoch 3 begin",
            "a epoch 3 batch 1 of 2", "b epoch 3 batch 1 of 2", "a epoch 3 batch 2 of 2", "b epoch 3 batch 2 of 2",
            "a epoch 3 end", "b epoch 3 end",
            "a train end", "b train end");
    }

    [Fact]
    public void After_a_batch_the_figures_are_the_means_so_far()
    {
        var losses = new List<double>();
        using var model = Linear(weight: 0, new Sgd(0));

        model.Fit(TenSamples, TenSamples, batchSize: 5, verbose: 0, shuffle: false, callbacks: [new OnBatch(progress => losses.Add(progress.Figures["loss"]))]);

        losses.Should().Equal([6, 28.5], (actual, expected) => Math.Abs(actual - expected) < 1e-5);
    }

    [Fact]
    public void Stop_ends_the_fit_after_the_epoch()
    {
        using var model = Linear(weight: 0, new Sgd(0));

        var history = model.Fit(TenSamples, TenSamples, epochs: 10, batchSize: 5, verbose: 0, callbacks: [new OnBatch(progress =>
        {
            if (progress is { Epoch: 2, BatchesDone: 1 })
            {
                progress.Stop();
                progress.IsStopping.Should().BeTrue();
            }
        })]);

        history.Epochs.Should().Equal(0, 1, 2);
    }

    [Fact]
    public void A_callback_may_change_the_learning_rate()
    {
        var optimizer = new Sgd(1);
        using var model = Linear(weight: 0, optimizer, (target, output) => output);

        model.Fit(new float[,] { { 1 } }, new float[,] { { 0 } }, epochs: 3, verbose: 0, callbacks: [new OnBatch(_ => optimizer.LearningRate /= 2)]);

        model.GetWeights().Values().Should().Equal(-1.75);
    }

    [Fact]
    public void An_exception_of_a_callback_ends_the_fit_and_reaches_the_caller()
    {
        using var model = Linear(weight: 0, new Sgd(0.001));

        var fit = () => model.Fit(TenSamples, TenSamples, epochs: 5, batchSize: 5, verbose: 0, callbacks: [new OnBatch(_ => throw new TimeoutException("enough"))]);

        fit.Should().Throw<TimeoutException>().WithMessage("enough");
        model.GetWeights().Values().Should().NotEqual([0.0], "the first batch was trained on");
        model.Fit(TenSamples, TenSamples, epochs: 5, batchSize: 5, verbose: 0).Loss.Should().HaveCount(5);
    }

    [Fact]
    public void InitialEpoch_goes_on_where_an_earlier_fit_ended()
    {
        using var model = Linear(weight: 0, new Sgd(0.001));
        using var other = Linear(weight: 0, new Sgd(0.001));

        model.Fit(TenSamples, TenSamples, epochs: 2, verbose: 0, shuffle: false);
        var second = model.Fit(TenSamples, TenSamples, epochs: 5, verbose: 0, shuffle: false, initialEpoch: 2);
        var whole = other.Fit(TenSamples, TenSamples, epochs: 5, verbose: 0, shuffle: false);

        second.Epochs.Should().Equal(2, 3, 4);
        second.Loss.Should().Equal(whole.Loss.Skip(2));
    }

    [Fact]
    public void It_builds_the_model_for_the_data()
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(1)) { RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam());

        model.Fit(new float[2, 4, 3], new float[2, 1], verbose: 0);

        model.InputShape!.ToString().Should().Be("(None, 4, 3)");
        model.CountParameters().Should().Be(84 + 4);
    }

    [Fact]
    public void Arrays_and_tensors_of_any_type_are_the_same_data()
    {
        double Loss0(TensorLike x, TensorLike y)
        {
            using var model = Linear(weight: 0, new Sgd(0));
            return model.Fit(x, y, verbose: 0).Loss.Single();
        }

        using var tensor = torch.tensor(TenSamples);
        using var doubles = tensor.to(ScalarType.Float64);
        var ints = new int[10, 1];
        for (var i = 0; i < 10; i++)
        {
            ints[i, 0] = i;
        }

        Loss0(tensor, tensor).Should().Be(Loss0(TenSamples, TenSamples));
        Loss0(doubles, doubles).Should().Be(Loss0(TenSamples, TenSamples));
        Loss0(ints, ints).Should().Be(Loss0(TenSamples, TenSamples));
        tensor.IsInvalid.Should().BeFalse();
        doubles.dtype.Should().Be(ScalarType.Float64, "data is never changed");
    }

    [Fact]
    public void TrainOnBatch_is_a_fit_of_one_epoch_and_one_batch()
    {
        using var first = Linear(weight: 0.5f, new Adam());
        using var second = Linear(weight: 0.5f, new Adam());

        for (var i = 0; i < 3; i++)
        {
            var figures = first.TrainOnBatch(TenSamples, TenSamples);
            figures.Keys.Should().Equal("loss");
            figures["loss"].Should().Be(second.Fit(TenSamples, TenSamples, batchSize: 10, verbose: 0, shuffle: false).Loss.Single());
        }

        first.GetWeights().Values().Should().Equal(second.GetWeights().Values());
    }

    [Fact]
    public void A_custom_loss_may_give_one_number()
    {
        using var model = Linear(weight: 0, new Sgd(0), (target, output) => (target - output).abs().max());

        model.Fit(TenSamples, TenSamples, verbose: 0).Loss.Should().Equal(9);
    }

    [Fact]
    public void Sparse_targets_train_like_one_hot_ones()
    {
        double[] Losses(Loss loss, TensorLike y)
        {
            using var model = new SequentialModel(new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(3, Activation.Softmax))) { Seed = 2, RequestedEngine = engine };
            using var x = Numbers.Uniform(1, [4, 5, 2]);
            model.Compile(loss, new Adam(), Metric.Accuracy());
            var history = model.Fit(x, y, epochs: 5, batchSize: 2, verbose: 0);
            return [.. history.Loss, .. history["accuracy"]];
        }

        var classes = new int[4, 5];
        var withAxis = new long[4, 5, 1];
        var oneHot = new float[4, 5, 3];
        for (var i = 0; i < 20; i++)
        {
            classes[i / 5, i % 5] = i % 3;
            withAxis[i / 5, i % 5, 0] = i % 3;
            oneHot[i / 5, i % 5, i % 3] = 1;
        }

        var expected = Losses(Loss.CategoricalCrossentropy(), oneHot);
        Losses(Loss.SparseCategoricalCrossentropy(), classes).ShouldMatch(expected, Tolerance.Float32);
        Losses(Loss.SparseCategoricalCrossentropy(), withAxis).ShouldMatch(expected, Tolerance.Float32);
    }

    /// <summary>The numbers 0 to count - 1, one a sample.</summary>
    private static float[,] Column(int count)
    {
        var column = new float[count, 1];
        for (var i = 0; i < count; i++)
        {
            column[i, 0] = i;
        }
        return column;
    }

    private SequentialModel Linear(float weight, Optimizer optimizer, Func<Tensor, Tensor, Tensor>? loss = null)
    {
        var model = new SequentialModel(new Dense(1, useBias: false)) { Seed = 1, RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new[,] { { weight } }]);
        if (loss is null)
        {
            model.Compile(Loss.MeanSquaredError(), optimizer);
        }
        else
        {
            model.Compile(loss, optimizer);
        }
        return model;
    }

    private SequentialModel Recording(Recorder recorder, int seed)
    {
        var model = new SequentialModel(recorder, new Dense(1)) { Seed = seed, RequestedEngine = engine };
        model.Build(1);
        recorder.Batches.Clear();
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.001));
        return model;
    }

    private sealed class OnBatch(Action<FitProgress> action) : Callback
    {
        public override void OnBatchEnd(FitProgress progress) => action(progress);
    }

    private sealed class Log(string name, List<string> log) : Callback
    {
        public override void OnTrainBegin(FitProgress progress) => log.Add($"{name} train begin");

        public override void OnEpochBegin(FitProgress progress) => log.Add($"{name} epoch {progress.Epoch} begin");

        public override void OnBatchEnd(FitProgress progress) => log.Add($"{name} epoch {progress.Epoch} batch {progress.BatchesDone} of {progress.Batches}");

        public override void OnEpochEnd(FitProgress progress) => log.Add($"{name} epoch {progress.Epoch} end");

        public override void OnTrainEnd(FitProgress progress) => log.Add($"{name} train end");
    }
}

public sealed class SequentialModelFitOnTorchTests() : SequentialModelFitTests(EngineKind.Torch);

public sealed class SequentialModelFitOnAnyEngineTests() : SequentialModelFitTests(EngineKind.Auto);
