namespace EchoLstm.Tests.Training;

public class ReduceLrOnPlateauTests
{
    // Figures as the fit would measure them, one an epoch; the rate that Keras would run each epoch with, and the one that it would leave.
    [Theory]
    [InlineData(2, 0.5, 0, 0, new[] { 5.0, 4, 4, 4, 4, 4, 1 }, new[] { 1.0, 1, 1, 1, 0.5, 0.5, 0.25 }, 0.25)]
    [InlineData(1, 0.5, 2, 0, new[] { 5.0, 6, 6, 6, 6, 6 }, new[] { 1, 1, 0.5, 0.5, 0.25, 0.25 }, 0.125)]
    [InlineData(1, 0.125, 0, 0.0625, new[] { 5.0, 6, 6, 6, 6 }, new[] { 1, 1, 0.125, 0.0625, 0.0625 }, 0.0625)]
    [InlineData(0, 0.5, 0, 0, new[] { 5.0, 4, 4, 3 }, new[] { 1, 1, 1, 0.5 }, 0.5)]
    [InlineData(1, 0.5, 0, 0, new[] { 5.0, 4.99995, 4.9998, 4.9 }, new[] { 1, 1, 0.5, 0.5 }, 0.5)]
    [InlineData(2, 0.5, 0, 0, new[] { double.NaN, 4, double.NaN, double.NaN, 3 }, new[] { 1, 1, 1, 1, 0.5 }, 0.5)]
    public void The_rate_falls_after_patience_epochs_without_a_better_figure(int patience, double factor, int cooldown, double least, double[] figures, double[] rates, double left)
    {
        var optimizer = new Sgd(1);
        using var model = GivenFigures.Model(optimizer);

        var history = GivenFigures.Fit(model, figures, new ReduceLrOnPlateau(GivenFigures.Name, factor, patience, cooldown: cooldown, minLearningRate: least));

        history["learning_rate"].Should().Equal(rates);
        optimizer.LearningRate.Should().Be(left);
    }

    [Theory]
    [InlineData(MonitorMode.Max, new[] { 1, 1, 0.5, 0.25 })]
    [InlineData(MonitorMode.Min, new[] { 1.0, 1, 1, 1 })]
    public void Mode_says_which_way_is_better(MonitorMode mode, double[] rates) =>
        GivenFigures.Fit([16, 9, 4, 1], new ReduceLrOnPlateau(GivenFigures.Name, 0.5, patience: 1, mode: mode))["learning_rate"].Should().Equal(rates);

    [Fact]
    public void Each_fit_begins_anew()
    {
        var reduce = new ReduceLrOnPlateau(GivenFigures.Name, 0.5, patience: 2);
        GivenFigures.Fit([1, 2], reduce);
        reduce.Best.Should().Be(1);

        GivenFigures.Fit([9, 9.5, 4], reduce)["learning_rate"].Should().Equal([1, 1, 1], "9 is compared with no figure of the fit before");
        reduce.Best.Should().Be(4);
    }

    [Fact]
    public void The_epochs_that_a_fit_waited_do_not_count_in_the_next()
    {
        var reduce = new ReduceLrOnPlateau(GivenFigures.Name, 0.5, patience: 2);
        GivenFigures.Fit([1, 2], reduce);

        GivenFigures.Fit([double.NaN, 2, 1], reduce)["learning_rate"].Should().Equal(1, 1, 1);
    }

    [Fact]
    public void A_rate_below_the_least_is_not_raised_to_it()
    {
        var optimizer = new Sgd(0.125);
        using var model = GivenFigures.Model(optimizer);

        GivenFigures.Fit(model, [1, 2, 3], new ReduceLrOnPlateau(GivenFigures.Name, 0.5, patience: 1, minLearningRate: 0.25));

        optimizer.LearningRate.Should().Be(0.125);
    }

    [Fact]
    public void Defaults_are_Kerass()
    {
        var reduce = new ReduceLrOnPlateau();

        (reduce.Monitor, reduce.Factor, reduce.Patience, reduce.Cooldown, reduce.MinLearningRate).Should().Be(("val_loss", 0.1, 10, 0, 0));
    }

    [Fact]
    public void The_rate_stands_last_among_the_figures()
    {
        IReadOnlyList<string>? names = null;
        IReadOnlyDictionary<string, double>? figures = null;
        var look = new LambdaCallback(onTrainBegin: progress => names = progress.Names, onEpochEnd: progress => figures = progress.Figures);

        var history = GivenFigures.Fit([1], look, new ReduceLrOnPlateau(GivenFigures.Name));

        string[] expected = ["loss", "figure_error", "accuracy", "val_loss", "val_figure_error", "val_accuracy", "learning_rate"];
        history.Names.Should().Equal(expected);
        names.Should().Equal(expected);
        figures!.Keys.Should().Equal(expected);
        figures["learning_rate"].Should().Be(1);
    }

    [Fact]
    public void A_figure_that_is_not_measured_is_refused_before_training()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy());

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[4, 3, 1], new float[4, 1], verbose: 0, callbacks: [new ReduceLrOnPlateau()]),
            "ReduceLrOnPlateau monitors 'val_loss', but the fit measures loss, accuracy, learning_rate. Pass validationSplit or validationData to Fit, or monitor one of those.");
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ReduceLrOnPlateau(""));
        foreach (var factor in new[] { 0, 1, -0.5, 1.5, double.NaN })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(factor: factor)).Message.Should().StartWith("factor is what the learning rate is multiplied by: above 0 and below 1.");
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(patience: -1)).Message.Should().StartWith("patience is a number of epochs: at least 0.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(cooldown: -1)).Message.Should().StartWith("cooldown is a number of epochs: at least 0.");
        foreach (var least in new[] { -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(minLearningRate: least)).Message.Should().StartWith("minLearningRate is the smallest learning rate: a finite number of at least 0.");
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(minDelta: double.NaN)).Message.Should().StartWith("minDelta is a number by which the metric must get better, e.g. 0.001.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(mode: (MonitorMode)7)).Message.Should().StartWith("mode is Auto, Min or Max.");
    }
}
