namespace EchoLstm.Tests.Training;

public class LearningRateSchedulerTests
{
    private static readonly float[,] One = { { 1 } };
    private static readonly float[,] Zero = { { 0 } };

    // With target 0 the gradient is 2 w, so that a step of rate r leaves w (1 - 2 r).
    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Each_epoch_runs_with_its_rate(EngineKind engine)
    {
        var optimizer = new Sgd(0.5);
        using var model = Model(optimizer, engine);
        List<(int, double)> asked = [];
        double[] rates = [0.25, 0.125, 0, 0.375];
        List<double> weights = [];

        var history = model.Fit(One, Zero, epochs: 4, verbose: 0, callbacks:
        [
            new LearningRateScheduler((epoch, rate) =>
            {
                asked.Add((epoch, rate));
                return rates[epoch];
            }),
            new LambdaCallback(onEpochEnd: _ => weights.Add(model.GetWeights()[0].Values()[0])),
        ]);

        history.Engine.Kind.Should().Be(engine);
        asked.Should().Equal((0, 0.5), (1, 0.25), (2, 0.125), (3, 0));
        weights.Should().Equal(0.5, 0.375, 0.375, 0.09375);
        history["learning_rate"].Should().Equal(rates);
        optimizer.LearningRate.Should().Be(0.375);
    }

    [Theory]
    [InlineData("Adam", EngineKind.Torch)]
    [InlineData("Adam", EngineKind.Fused)]
    [InlineData("RmsProp", EngineKind.Torch)]
    [InlineData("RmsProp", EngineKind.Fused)]
    [InlineData("Sgd", EngineKind.Torch)]
    [InlineData("Sgd", EngineKind.Fused)]
    [InlineData("Torch's Adam", EngineKind.Torch)]
    public void Every_optimiser_follows(string name, EngineKind engine)
    {
        Optimizer optimizer = name switch
        {
            "Adam" => new Adam(0.25),
            "RmsProp" => new RmsProp(0.25, momentum: 0),
            "Sgd" => new Sgd(0.25),
            _ => new TorchOptimizer(parameters => torch.optim.Adam(parameters, lr: 0.25)),
        };
        using var model = Model(optimizer, engine);
        List<double> weights = [];

        model.Fit(One, Zero, epochs: 4, verbose: 0, callbacks:
        [
            new LearningRateScheduler((epoch, rate) => epoch == 0 ? rate : epoch < 3 ? 0 : 0.125),
            new LambdaCallback(onEpochEnd: _ => weights.Add(model.GetWeights()[0].Values()[0])),
        ]);

        weights[0].Should().BeLessThan(0.95, "the optimiser's own rate is 0.25");
        weights[1].Should().Be(weights[0]);
        weights[2].Should().Be(weights[0]);
        weights[3].Should().BeLessThan(weights[2]);
    }

    [Fact]
    public void Torchs_optimisers_show_the_rate_of_their_factory()
    {
        var optimizer = new TorchOptimizer(parameters => torch.optim.SGD(parameters, 0.25));
        optimizer.LearningRate.Should().Be(0);
        using var model = Model(optimizer, EngineKind.Auto);

        var history = model.Fit(One, Zero, epochs: 3, verbose: 0, callbacks: [new LearningRateScheduler((epoch, rate) => epoch == 0 ? rate : rate / 2)]);

        history["learning_rate"].Should().Equal(0.25, 0.125, 0.0625);
        optimizer.LearningRate.Should().Be(0.0625);
        model.GetWeights()[0].Values()[0].Should().BeApproximately(0.5 * 0.75 * 0.875, 1e-6);
    }

    [Fact]
    public void A_fit_that_goes_on_has_its_epochs_numbers()
    {
        using var model = Model(new Sgd(0.5), EngineKind.Auto);

        model.Fit(One, Zero, epochs: 7, initialEpoch: 5, verbose: 0, callbacks: [new LearningRateScheduler((epoch, _) => epoch)])["learning_rate"].Should().Equal(5, 6);
    }

    [Fact]
    public void A_rate_that_another_callback_sets_is_in_the_history_too()
    {
        using var model = Model(new Sgd(0.5), EngineKind.Auto);

        model.Fit(One, Zero, verbose: 0, callbacks: [new LambdaCallback(onEpochBegin: progress => progress.LearningRate = 0.25)])["learning_rate"].Should().Equal(0.25);
        model.GetWeights()[0].Values().Should().Equal(0.5);
    }

    [Theory]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(-0.5, "-0.5000")]
    public void What_is_no_rate_ends_the_fit(double rate, string text)
    {
        using var model = Model(new Sgd(0.5), EngineKind.Auto);

        Errors.ExpectWithoutChange<InvalidOperationException>(
            model,
            () => model.Fit(One, Zero, verbose: 0, callbacks: [new LearningRateScheduler((_, _) => rate)]),
            $"LearningRateScheduler's function gave {text} for epoch 0, counted from 0. Return a finite number of at least 0.");
    }

    [Fact]
    public void No_function_is_refused() => Assert.Throws<ArgumentNullException>(() => new LearningRateScheduler(null!)).ParamName.Should().Be("schedule");

    private static SequentialModel Model(Optimizer optimizer, EngineKind engine)
    {
        var model = new SequentialModel(new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([One]);
        model.Compile(Loss.MeanSquaredError(), optimizer);
        return model;
    }
}
