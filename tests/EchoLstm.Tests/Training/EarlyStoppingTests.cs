namespace EchoLstm.Tests.Training;

public class EarlyStoppingTests
{
    // Figures as the fit would measure them, one an epoch; how many epochs Keras would run with them.
    [Theory]
    [InlineData(0, 0, 0, new[] { 5.0, 4, 4, 3 }, 3)]
    [InlineData(1, 0, 0, new[] { 5.0, 4, 4, 3 }, 3)]
    [InlineData(2, 0, 0, new[] { 5.0, 4, 4, 3, 3, 3, 1 }, 6)]
    [InlineData(2, 0, 0, new[] { 5.0, 6, 4, 7, 3, 8, 2 }, 7)]
    [InlineData(2, 0.5, 0, new[] { 5.0, 4.6, 4.4, 4, 3.95, 1 }, 5)]
    [InlineData(2, -0.5, 0, new[] { 5.0, 4.6, 4.4, 4, 3.95, 1 }, 5)]
    [InlineData(1, 0, 3, new[] { 1.0, 2, 3, 4, 3, 5, 2 }, 6)]
    [InlineData(0, 0, 0, new[] { double.NaN, 4, 3, double.NaN, 1 }, 4)]
    public void It_stops_after_patience_epochs_without_a_better_figure(int patience, double minDelta, int startFromEpoch, double[] figures, int epochs)
    {
        var stop = new EarlyStopping(GivenFigures.Name, minDelta, patience, startFromEpoch: startFromEpoch);

        GivenFigures.Fit(figures, stop).Epochs.Count.Should().Be(epochs);
        stop.StoppedEpoch.Should().Be(epochs < figures.Length ? epochs - 1 : null);
    }

    [Theory]
    [InlineData(MonitorMode.Max, 3)]
    [InlineData(MonitorMode.Min, 5)]
    public void Mode_says_which_way_is_better(MonitorMode mode, int epochs)
    {
        var stop = new EarlyStopping(GivenFigures.Name, patience: 2, mode: mode);

        GivenFigures.Fit([25, 16, 9, 4, 1], stop).Epochs.Count.Should().Be(epochs);
        (stop.Best, stop.BestEpoch).Should().Be(mode == MonitorMode.Max ? (25, 0) : (1, 4));
    }

    [Fact]
    public void MinDelta_counts_upwards_too()
    {
        // 9 beats 4 by 5, 12 and 13 do not beat 9 by so much.
        var stop = new EarlyStopping(GivenFigures.Name, minDelta: 4.5, patience: 2, mode: MonitorMode.Max);

        GivenFigures.Fit([4, 9, 12, 13, 99], stop).Epochs.Count.Should().Be(4);
    }

    [Fact]
    public void An_accuracy_is_better_when_larger()
    {
        var stop = new EarlyStopping("val_accuracy", patience: 2);

        // The target is 1, so that predictions of 0.9 and 1 are right.
        GivenFigures.Fit([0.1, 0.5, 0.9, 0.9, 1], stop);

        (stop.Best, stop.BestEpoch, stop.StoppedEpoch).Should().Be((1, 2, 4));
    }

    [Fact]
    public void A_baseline_that_is_not_reached_ends_the_fit()
    {
        // Each epoch is better than the one before but for the fourth, and none is below 2.
        GivenFigures.Fit([9, 8, 7, 7, 1], new EarlyStopping(GivenFigures.Name, patience: 4, baseline: 2)).Epochs.Count.Should().Be(4);
        GivenFigures.Fit([9, 8, 7, 7, 1], new EarlyStopping(GivenFigures.Name, patience: 4)).Epochs.Count.Should().Be(5);
    }

    [Fact]
    public void The_epochs_that_a_fit_waited_do_not_count_in_the_next()
    {
        var stop = new EarlyStopping(GivenFigures.Name, patience: 3, baseline: 1);

        for (var fit = 0; fit < 2; fit++)
        {
            GivenFigures.Fit([9, 9, 4, 4, 4], stop);
            (stop.Best, stop.BestEpoch, stop.StoppedEpoch).Should().Be((4, 2, 3));
        }
    }

    [Fact]
    public void A_word_in_a_figures_name_is_known_in_any_case()
    {
        var stop = new EarlyStopping("My_Accuracy");
        using var model = new SequentialModel(new Dense(1, useBias: false)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(1), Metric.Custom((_, output) => output, "My_Accuracy"));
        var one = new float[,] { { 1 } };
        var given = new LambdaCallback(onEpochBegin: progress => model.SetWeights([new float[,] { { progress.Epoch } }]));

        model.Fit(one, one, epochs: 3, verbose: 0, callbacks: [given, stop]);

        (stop.Best, stop.BestEpoch, stop.StoppedEpoch).Should().Be((2, 2, null));
    }

    [Theory]
    [InlineData(true, 2.0)]
    [InlineData(false, 4.0)]
    public void The_best_weights_come_back_where_that_is_asked_for(bool restore, double weight)
    {
        double[] figures = [5, 3, 2, 6, 4];
        using var model = GivenFigures.Model();

        GivenFigures.Fit(model, figures, new EarlyStopping(GivenFigures.Name, patience: 2, restoreBestWeights: restore));

        model.GetWeights()[0].Values().Should().Equal(weight);
    }

    [Theory]
    [InlineData(true, 2.0)]
    [InlineData(false, 4.0)]
    public void They_come_back_too_where_the_epochs_run_out(bool restore, double weight)
    {
        double[] figures = [5, 3, 2, 4];
        using var model = GivenFigures.Model();
        var stop = new EarlyStopping(GivenFigures.Name, patience: 9, restoreBestWeights: restore);

        GivenFigures.Fit(model, figures, stop);

        stop.StoppedEpoch.Should().BeNull();
        model.GetWeights()[0].Values().Should().Equal(weight);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void On_each_engine_the_model_afterwards_is_the_best_epochs(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.05));
        var (x, y) = (Numbers.Uniform(1, [20, 5, 1]), Numbers.Uniform(2, [20, 1]));
        var stop = new EarlyStopping(patience: 3, restoreBestWeights: true);

        var history = model.Fit(x, y, epochs: 500, verbose: 0, validationSplit: 0.2, callbacks: [stop]);

        var losses = history["val_loss"];
        losses.Count.Should().BeLessThan(500).And.Be(stop.BestEpoch + 4);
        stop.Best.Should().Be(losses.Min()).And.NotBe(losses[^1]);
        model.Evaluate(x.narrow(0, 16, 4), y.narrow(0, 16, 4))["loss"].Should().BeApproximately(losses.Min(), 1e-6);
    }

    [Fact]
    public void Each_fit_begins_anew()
    {
        var stop = new EarlyStopping(GivenFigures.Name, patience: 1);
        GivenFigures.Fit([1, 2, 3], stop);
        stop.StoppedEpoch.Should().Be(1);

        GivenFigures.Fit([9, 4, 1], stop).Epochs.Count.Should().Be(3, "9 is compared with no figure of the fit before");
        (stop.Best, stop.BestEpoch, stop.StoppedEpoch).Should().Be((1, 2, null));
    }

    [Theory]
    [InlineData("val_loss", "EarlyStopping monitors 'val_loss', but the fit measures loss, accuracy. Pass validationSplit or validationData to Fit, or monitor one of those.")]
    [InlineData("acc", "EarlyStopping monitors 'acc', but the fit measures loss, accuracy. Monitor one of those, or pass the metric to Compile.")]
    public void A_figure_that_is_not_measured_is_refused_before_training(string monitor, string message)
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy());

        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Fit(new float[4, 3, 1], new float[4, 1], verbose: 0, callbacks: [new EarlyStopping(monitor)]), message);
    }

    [Fact]
    public void A_name_that_does_not_say_which_way_is_better_asks_for_the_mode()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((target, output) => output - target, "lead"), Metric.MeanAbsoluteError());
        History Fit(EarlyStopping stop) => model.Fit(new float[4, 1], new float[4, 1], verbose: 0, callbacks: [stop]);

        Errors.Expect<ArgumentException>(
            () => Fit(new EarlyStopping("lead")),
            "EarlyStopping can't tell from its name whether 'lead' is better when it is smaller or larger. Pass mode: MonitorMode.Min or mode: MonitorMode.Max.");
        Fit(new EarlyStopping("lead", mode: MonitorMode.Min));
        Fit(new EarlyStopping("mean_absolute_error"));
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new EarlyStopping(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(minDelta: double.NaN)).Message.Should().StartWith("minDelta is a number by which the metric must get better, e.g. 0.001.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(patience: -1)).Message.Should().StartWith("patience is a number of epochs: at least 0.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(mode: (MonitorMode)7)).Message.Should().StartWith("mode is Auto, Min or Max.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(baseline: double.NaN)).Message.Should().StartWith("baseline is a metric to beat, or null.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(startFromEpoch: -1)).Message.Should().StartWith("startFromEpoch counts epochs from 0.");
    }
}
