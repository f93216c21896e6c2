namespace EchoLstm.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly float[,] One = { { 1 } };
    private static readonly float[,] Zero = { { 0 } };

    public static TheoryData<EngineKind> Engines => [EngineKind.Torch, EngineKind.Fused];

    [Fact]
    public void Cosine_decay_falls_along_half_a_cosine_to_a_share_and_stays()
    {
        Rates(new CosineDecay(0.4, 4), 7).ShouldMatch(
            [0.4, 0.2 * (1 + Math.Sqrt(0.5)), 0.2, 0.2 * (1 - Math.Sqrt(0.5)), 0, 0, 0], Tolerance.Float64);
        Rates(new CosineDecay(0.4, 2, alpha: 0.25), 4).ShouldMatch([0.4, 0.4 * ((0.75 / 2) + 0.25), 0.1, 0.1], Tolerance.Float64);
    }

    [Fact]
    public void Cosine_decay_rises_first_where_it_has_a_target() =>
        Rates(new CosineDecay(0.1, 2, warmupTarget: 0.5, warmupSteps: 4), 8).ShouldMatch([0.1, 0.2, 0.3, 0.4, 0.5, 0.25, 0, 0], Tolerance.Float64);

    [Fact]
    public void Exponential_decay_multiplies_all_along_or_in_stairs()
    {
        Rates(new ExponentialDecay(0.8, 2, 0.25), 5).ShouldMatch([0.8, 0.4, 0.2, 0.1, 0.05], Tolerance.Float64);
        Rates(new ExponentialDecay(0.8, 2, 0.25, staircase: true), 5).ShouldMatch([0.8, 0.8, 0.2, 0.2, 0.05], Tolerance.Float64);
    }

    [Fact]
    public void Piecewise_constant_decay_keeps_a_rate_up_to_its_boundary_inclusive() =>
        Rates(new PiecewiseConstantDecay([1, 3], [1, 0.5, 0.1]), 6).Should().Equal(1, 1, 0.5, 0.5, 0.1, 0.1);

    // With target 0 the gradient is 2 w, so that a step of rate r leaves w (1 - 2 r).
    [Theory]
    [MemberData(nameof(Engines))]
    public void Each_step_has_its_rate_and_each_epoch_shows_that_of_its_last(EngineKind engine)
    {
        var optimizer = new Sgd(100) { LearningRateSchedule = new PiecewiseConstantDecay([0, 1, 2], [0.25, 0.125, 0, 0.375]) };
        using var model = Model(optimizer, engine);
        optimizer.LearningRate.Should().Be(0.25);
        List<double> weights = [];
        float[,] x = { { 1 }, { 1 } }, y = { { 0 }, { 0 } };
        var writer = new StringWriter();

        var history = model.Fit(x, y, epochs: 2, batchSize: 1, verbose: 2, output: writer, callbacks: [new LambdaCallback(onBatchEnd: _ => weights.Add(model.GetWeights()[0].Values()[0]))]);

        weights.Should().Equal(0.5, 0.375, 0.375, 0.09375);
        history["learning_rate"].Should().Equal(0.125, 0.375);
        writer.ToString().Should().Contain("learning_rate: 0.1250").And.Contain("learning_rate: 0.3750");
        optimizer.LearningRate.Should().Be(0.375);
        model.Engine.Kind.Should().Be(engine);
    }

    public static TheoryData<string, EngineKind> Optimizers
    {
        get
        {
            var data = new TheoryData<string, EngineKind> { { "torch", EngineKind.Torch } };
            foreach (var name in Makers.Keys.Where(name => name != "torch"))
            {
                data.Add(name, EngineKind.Torch);
                data.Add(name, EngineKind.Fused);
            }
            return data;
        }
    }

    private static Dictionary<string, Func<LearningRateSchedule?, Optimizer>> Makers => new()
    {
        ["adam"] = schedule => new Adam { LearningRateSchedule = schedule },
        ["adamw"] = schedule => new AdamW(weightDecay: 0.3) { LearningRateSchedule = schedule },
        ["nadam"] = schedule => new Nadam { LearningRateSchedule = schedule },
        ["adamax"] = schedule => new Adamax { LearningRateSchedule = schedule },
        ["adagrad"] = schedule => new Adagrad { LearningRateSchedule = schedule },
        ["sgd"] = schedule => new Sgd(momentum: 0.5) { LearningRateSchedule = schedule },
        ["rmsprop"] = schedule => new RmsProp { LearningRateSchedule = schedule },
        ["torch"] = schedule => new TorchOptimizer(parameters => optim.Adam(parameters)) { LearningRateSchedule = schedule },
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_optimiser_follows_as_if_its_rate_were_set_before_each_step(string name, EngineKind engine)
    {
        var schedule = new ExponentialDecay(0.05, 3, 0.5);
        var byHand = Makers[name](null);
        using var scheduled = Model(Makers[name](schedule), engine);
        using var set = Model(byHand, engine);

        for (var step = 0; step < 6; step++)
        {
            byHand.LearningRate = schedule.At(step);
            scheduled.TrainOnBatch(One, Zero);
            set.TrainOnBatch(One, Zero);
        }

        scheduled.GetWeights().Values().Should().Equal(set.GetWeights().Values());
        scheduled.GetWeights().Values()[0].Should().NotBe(1);
    }

    [Fact]
    public void Two_models_with_one_optimiser_have_steps_of_their_own()
    {
        var optimizer = new Sgd { LearningRateSchedule = new PiecewiseConstantDecay([0], [0.25, 0]) };
        using var first = Model(optimizer, EngineKind.Auto);
        using var second = Model(optimizer, EngineKind.Auto);

        first.TrainOnBatch(One, Zero);
        first.TrainOnBatch(One, Zero);
        second.TrainOnBatch(One, Zero);

        second.GetWeights().Values().Should().Equal(0.5);
    }

    [Fact]
    public void A_saved_models_rate_is_that_of_its_last_step()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Model(new Sgd { LearningRateSchedule = new ExponentialDecay(0.25, 1, 0.5) }, EngineKind.Auto);
        model.TrainOnBatch(One, Zero);
        model.TrainOnBatch(One, Zero);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        loaded.Optimizer!.LearningRate.Should().Be(0.125);
        loaded.TrainOnBatch(One, Zero);
        loaded.Optimizer.LearningRate.Should().Be(0.0625);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void One_of_ones_own_is_a_class_that_a_file_can_not_hold(EngineKind engine)
    {
        using var folder = new TemporaryFolder();
        using var model = Model(new Sgd { LearningRateSchedule = new Halving() }, engine);

        model.TrainOnBatch(One, Zero);

        model.GetWeights().Values().Should().Equal(0.5);
        Errors.Expect<InvalidOperationException>(
            () => model.Save(folder.File("model.safetensors")),
            "The model can't be saved as a whole: the learning rate schedule Halving is code of yours, which a file can't hold. Call SaveWeights; to go on, make and compile the same model in code and call LoadWeights.");
        model.TrainOnBatch(One, Zero);
        Errors.ExpectWithoutChange<InvalidOperationException>(
            model,
            () => model.TrainOnBatch(One, Zero),
            "Halving gave the learning rate NaN for step 2, counted from 0. Return a finite number of at least 0.");
    }

    [Fact]
    public void A_rate_that_follows_a_schedule_is_not_set_otherwise()
    {
        var optimizer = new Adam { LearningRateSchedule = new ExponentialDecay(0.1, 1, 0.5) };
        using var model = Model(optimizer, EngineKind.Auto);

        Errors.Expect<InvalidOperationException>(
            () => optimizer.LearningRate = 0.1,
            "The learning rate of adam follows ExponentialDecay, so it can't be set. Leave out LearningRateSchedule, or what sets the rate.");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(One, Zero, epochs: 2, verbose: 0, callbacks: [new ReduceLrOnPlateau("loss")]),
            "The learning rate follows ExponentialDecay, so ReduceLrOnPlateau can't change it. Leave out the callback, or the optimiser's LearningRateSchedule. (Parameter 'callbacks')");
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        string Value(object value) => FormattableString.Invariant($"{Environment.NewLine}Actual value was {value}.");

        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new CosineDecay(-1, 1), $"initialLearningRate must be a finite number of at least 0. (Parameter 'initialLearningRate'){Value(-1)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new CosineDecay(1, 0), $"decaySteps is a number of steps: at least 1. (Parameter 'decaySteps'){Value(0)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new ExponentialDecay(1, 1, double.NaN), $"decayRate must be a finite number of at least 0. (Parameter 'decayRate'){Value(double.NaN)}");
        const string Both = "A rise needs both warmupTarget, the rate that it ends with, and warmupSteps, how many steps it takes. Give both, or none for no rise.";
        Errors.Expect<ArgumentException>(() => _ = new CosineDecay(0.1, 1, warmupSteps: 3), Both);
        Errors.Expect<ArgumentException>(() => _ = new CosineDecay(0.1, 1, warmupTarget: 3), Both);
        Errors.Expect<ArgumentException>(() => _ = new PiecewiseConstantDecay([1, 2], [1, 2]), "2 boundaries make 3 parts, but there are 2 values. Give one rate for each part. (Parameter 'values')");
        Errors.Expect<ArgumentException>(() => _ = new PiecewiseConstantDecay([2, 2], [1, 2, 3]), "boundaries must rise, but 2 follows 2. (Parameter 'boundaries')");
    }

    private static double[] Rates(LearningRateSchedule schedule, int steps) => [.. Enumerable.Range(0, steps).Select(step => schedule.At(step))];

    private static SequentialModel Model(Optimizer optimizer, EngineKind engine)
    {
        var model = new SequentialModel(new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1 } }]);
        model.Compile(Loss.MeanSquaredError(), optimizer);
        return model;
    }

    private sealed class Halving : LearningRateSchedule
    {
        public override double At(long step) => step < 2 ? 0.25 / (step + 1) : double.NaN;
    }
}
