namespace EchoLstm.Tests.Training;

/// <summary>What a fit finds out about a callback by itself.</summary>
public class CallbackTests
{
    [Fact]
    public void Who_overrides_OnBatchEnd_watches_batches()
    {
        new Idle().WatchesBatches.Should().BeFalse();
        new Watching().WatchesBatches.Should().BeTrue();
        new WatchingByInheritance().WatchesBatches.Should().BeTrue();
        new EarlyStopping().WatchesBatches.Should().BeFalse();
        new LambdaCallback(onEpochEnd: _ => { }).WatchesBatches.Should().BeFalse();
        new LambdaCallback(onBatchEnd: _ => { }).WatchesBatches.Should().BeTrue();

        var watching = new WatchingByInheritance();
        Fit(watching);
        watching.Batches.Should().Be(3 * 2);
    }

    [Fact]
    public void The_history_has_a_rate_that_a_callback_changes_without_announcing_it()
    {
        var told = new List<string>();

        var history = Fit(new LambdaCallback(
            onEpochBegin: progress => progress.LearningRate *= progress.Epoch == 1 ? 0.5 : 1,
            onEpochEnd: progress => told.Add(string.Join(' ', progress.Figures.Keys))));

        history["learning_rate"].Should().Equal(0.5, 0.25, 0.25);
        told.Should().Equal("loss", "loss learning_rate", "loss learning_rate");
        Fit(new LambdaCallback()).Names.Should().Equal("loss");
    }

    private static History Fit(Callback callback)
    {
        using var model = EchoModels.OneToOne(seed: 1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.5));
        return model.Fit(new float[4, 1, 1], new float[4, 1], epochs: 3, batchSize: 2, verbose: 0, callbacks: [callback]);
    }

    private sealed class Idle : Callback;

    private class Watching : Callback
    {
        internal int Batches { get; private set; }

        public override void OnBatchEnd(FitProgress progress) => Batches++;
    }

    private sealed class WatchingByInheritance : Watching;
}
