using EchoLstm.Tests.Models;

namespace EchoLstm.Tests.Training;

public sealed class FitCancellationTests : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly List<string> _turns = [];

    public static TheoryData<EngineKind> Engines => [EngineKind.Torch, EngineKind.Fused];

    public void Dispose()
    {
        _scope.Dispose();
        _source.Dispose();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void It_ends_after_the_batch_that_runs(EngineKind engine)
    {
        using var model = Model(engine);
        using var other = Model(engine);
        var (x, y) = Data();

        var history = model.Fit(x, y, epochs: 5, batchSize: 4, shuffle: false, verbose: 0, callbacks: [Cancel(epoch: 1, batch: 2), Note()], cancellationToken: _source.Token);

        history.Outcome.Should().Be(FitOutcome.Canceled);
        history.Epochs.Should().Equal(0);
        history.Loss.Should().HaveCount(1);
        _turns.Should().Equal("epoch begin 0", "epoch end 0", "epoch begin 1", "train end 1");

        // Three batches an epoch: the first, and two of the second.
        other.Fit(x, y, batchSize: 4, shuffle: false, verbose: 0);
        foreach (var start in new[] { 0, 4 })
        {
            other.TrainOnBatch(x.narrow(0, start, 4), y.narrow(0, start, 4));
        }
        model.GetWeights().SelectMany(weight => weight.Values()).Should().Equal(other.GetWeights().SelectMany(weight => weight.Values()));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void The_model_goes_on_as_if_nothing_had_been(EngineKind engine)
    {
        using var model = Model(engine);
        using var whole = Model(engine);
        var (x, y) = Data();
        model.Fit(x, y, epochs: 5, batchSize: 12, shuffle: false, verbose: 0, callbacks: [Cancel(epoch: 1, batch: 1)], cancellationToken: _source.Token).Epochs.Should().Equal(0, 1);

        var rest = model.Fit(x, y, epochs: 5, batchSize: 12, shuffle: false, verbose: 0, initialEpoch: 2);

        rest.Outcome.Should().Be(FitOutcome.Completed);
        rest.Loss.Should().Equal(whole.Fit(x, y, epochs: 5, batchSize: 12, shuffle: false, verbose: 0).Loss.Skip(2));
        model.Predict(x).shape.Should().Equal(12, 1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_token_that_is_cancelled_already_trains_nothing(EngineKind engine)
    {
        using var model = Model(engine);
        var (x, y) = Data();
        model.Build(3, 1);
        var before = Errors.Contents(model);
        _source.Cancel();

        var history = model.Fit(x, y, epochs: 5, verbose: 0, callbacks: [Note()], cancellationToken: _source.Token);

        history.Outcome.Should().Be(FitOutcome.Canceled);
        history.Epochs.Should().BeEmpty();
        history.Loss.Should().BeEmpty();
        _turns.Should().Equal("train end 0");
        Errors.Contents(model).Should().Equal(before);
    }

    [Fact]
    public void It_ends_in_the_validation_too()
    {
        var recorder = new Recorder();
        using var model = new SequentialModel(new Dense(1), recorder) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));
        var (x, y) = (Numbers.Uniform(1, [12, 1]), Numbers.Uniform(2, [12, 1]));

        // The last training batch cancels: the epoch's training is whole, its validation is not.
        var history = model.Fit(x, y, epochs: 5, batchSize: 3, verbose: 0, validationSplit: 0.5, callbacks: [Cancel(epoch: 1, batch: 2), Note()], cancellationToken: _source.Token);

        history.Outcome.Should().Be(FitOutcome.Canceled);
        history.Epochs.Should().Equal(0);
        history["val_loss"].Should().HaveCount(1);
        _turns.Should().Equal("epoch begin 0", "epoch end 0", "epoch begin 1", "train end 1");
        recorder.Batches.Where(batch => !batch.Training && batch.Samples.Any(number => number != 0)).Should().HaveCount(2, "two batches of validation in the first epoch, none in the second");
        model.training.Should().BeTrue("the next fit goes on");
    }

    [Fact]
    public void A_fit_whose_last_batch_was_running_is_complete()
    {
        using var model = Model(EngineKind.Auto);
        var (x, y) = Data();

        model.Fit(x, y, epochs: 2, batchSize: 4, verbose: 0, callbacks: [Cancel(epoch: 1, batch: 3)], cancellationToken: _source.Token).Outcome.Should().Be(FitOutcome.Completed);
    }

    [Fact]
    public void Stop_is_another_way_to_end()
    {
        using var model = Model(EngineKind.Auto);
        var (x, y) = Data();

        model.Fit(x, y, epochs: 2, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: progress => progress.Stop())], cancellationToken: _source.Token).Outcome.Should().Be(FitOutcome.Stopped);
    }

    [Fact]
    public void The_best_weights_come_back()
    {
        using var model = GivenFigures.Model();
        double[] figures = [4, 1, 9, 9];
        var one = new float[,] { { 1 } };

        model.Fit(one, one, epochs: 4, verbose: 0, validationData: (one, one), cancellationToken: _source.Token, callbacks:
        [
            new LambdaCallback(onBatchEnd: progress => model.SetWeights([new[,] { { figures[progress.Epoch] } }])),
            Cancel(epoch: 3, batch: 1),
            new EarlyStopping(GivenFigures.Name, patience: 9, restoreBestWeights: true),
        ]);

        model.GetWeights()[0].Values().Should().Equal(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void It_leaves_no_tensor(EngineKind engine)
    {
        using var model = Model(engine);
        var (x, y) = Data();
        model.Fit(x, y, batchSize: 4, verbose: 0, validationSplit: 0.5);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        model.Fit(x, y, epochs: 5, batchSize: 2, verbose: 0, validationSplit: 0.5, callbacks: [Cancel(epoch: 1, batch: 2)], cancellationToken: _source.Token);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Where_something_is_printed_the_place_is_too(int verbose)
    {
        using var model = Model(EngineKind.Auto);
        var (x, y) = Data();
        var writer = new StringWriter();

        model.Fit(x, y, epochs: 5, batchSize: 4, verbose, output: writer, callbacks: [Cancel(epoch: 1, batch: 2)], cancellationToken: _source.Token);

        writer.ToString().ReplaceLineEndings("\n").Should().EndWith("\nEpoch 2/5\nCanceled in epoch 2/5 after batch 2/3.\n");
    }

    private LambdaCallback Cancel(int epoch, int batch) => new(onBatchEnd: progress =>
    {
        if (progress.Epoch == epoch && progress.BatchesDone == batch)
        {
            _source.Cancel();
        }
    });

    private LambdaCallback Note() => new(
        onEpochBegin: progress => _turns.Add($"epoch begin {progress.Epoch}"),
        onEpochEnd: progress => _turns.Add($"epoch end {progress.Epoch}"),
        onTrainEnd: progress => _turns.Add($"train end {progress.Epoch}"));

    private static (Tensor X, Tensor Y) Data() => (Numbers.Uniform(1, [12, 3, 1]), Numbers.Uniform(2, [12, 1]));

    private static SequentialModel Model(EngineKind engine)
    {
        var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        return model;
    }
}
