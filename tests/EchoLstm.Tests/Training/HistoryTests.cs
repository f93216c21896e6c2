namespace EchoLstm.Tests.Training;

public class HistoryTests
{
    [Fact]
    public void It_has_every_figure_of_every_epoch_and_the_engine_that_ran()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        using var x = Numbers.Uniform(1, [8, 2]);
        using var y = Numbers.Uniform(2, [8, 1]);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());

        var history = model.Fit(x, y, epochs: 5, verbose: 0, validationSplit: 0.25, initialEpoch: 2);

        history.Epochs.Should().Equal(2, 3, 4);
        history.Names.Should().Equal("loss", "mean_absolute_error", "val_loss", "val_mean_absolute_error");
        history.Names.Should().OnlyContain(name => history[name].Count == 3);
        history.Loss.Should().Equal(history["loss"]);
        history.Engine.ToString().Should().Be(model.Engine.ToString()).And.Be("Fused: every layer has a kernel");
        history.Duration.Should().BePositive();
        history.TryGet("accuracy", out _).Should().BeFalse();
    }

    [Fact]
    public void An_unknown_figure_is_refused_with_those_that_there_are()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        var history = model.Fit(new float[,] { { 1 } }, new float[,] { { 1 } }, verbose: 0);

        Errors.Expect<KeyNotFoundException>(() => _ = history["acc"], "The history has no metric 'acc'; it has loss, mean_absolute_error.");
    }
}
