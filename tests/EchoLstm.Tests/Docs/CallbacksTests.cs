namespace EchoLstm.Tests.Docs;

/// <summary>What docs/callbacks.md shows is compiled here, region by region, and does what it says.</summary>
[Collection(RunsAlone.Name)]
public sealed class CallbacksTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;
    private readonly SequentialModel model = new(new Lstm(4), new Dense(1)) { Seed = 1 };
    private readonly Tensor x;
    private readonly Tensor y;

    public CallbacksTests()
    {
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        (x, y) = (Numbers.Uniform(1, [20, 5, 1]), Numbers.Uniform(2, [20, 1]));
        Environment.CurrentDirectory = _folder.Path;
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
        model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Callbacks_are_given_to_a_fit()
    {
        #region
        var stop = new EarlyStopping(patience: 10, restoreBestWeights: true);
        var history = model.Fit(x, y, epochs: 500, validationSplit: 0.2, verbose: 0, callbacks: [stop, new CsvLogger("training.csv")]);
        Console.WriteLine($"{history.Outcome} after {history.Epochs.Count} epochs; the best was {stop.BestEpoch}");
        #endregion

        history.Outcome.Should().Be(FitOutcome.Stopped);
        stop.BestEpoch.Should().Be(history.Epochs.Count - 11);
        File.ReadAllLines("training.csv").Should().HaveCount(history.Epochs.Count + 1).And.HaveElementAt(0, "epoch,loss,val_loss");
    }

    [Fact]
    public void The_best_epoch_is_kept_in_a_file()
    {
        #region
        var best = new ModelCheckpoint("best.safetensors", saveBestOnly: true);
        var each = new ModelCheckpoint("runs/{epoch:D3}-{val_loss:F4}.safetensors", saveWeightsOnly: true, saveFrequency: 10);
        model.Fit(x, y, epochs: 20, validationSplit: 0.2, verbose: 0, callbacks: [best, each]);
        using var loaded = SequentialModel.Load("best.safetensors");    // goes on from there, or predicts
        #endregion

        Directory.GetFiles("runs").Select(Path.GetFileName).Should().HaveCount(2)
            .And.Contain(name => name!.StartsWith("010-0.", StringComparison.Ordinal));
        loaded.Evaluate(x.narrow(0, 16, 4), y.narrow(0, 16, 4))["loss"].Should().BeApproximately(best.Best!.Value, 1e-6);
    }

    [Fact]
    public void A_rate_is_scheduled_or_reduced()
    {
        #region
        Callback[] warmUp = [new LearningRateScheduler((epoch, rate) => epoch < 5 ? 0.002 * (epoch + 1) : rate)];
        Callback[] plateau = [new ReduceLrOnPlateau(factor: 0.5, patience: 5, minLearningRate: 1e-5)];
        #endregion

        var rates = model.Fit(x, y, epochs: 6, verbose: 0, callbacks: warmUp)["learning_rate"];
        rates.Should().BeEquivalentTo(
            [0.002, 0.004, 0.006, 0.008, 0.01, 0.01],
            options => options.WithStrictOrdering()
                .Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-12)).WhenTypeIs<double>());
        rates = model.Fit(x, y, epochs: 200, validationSplit: 0.2, verbose: 0, callbacks: plateau)["learning_rate"];
        rates.Should().BeInDescendingOrder().And.Contain(0.005);
    }

    [Fact]
    public void A_schedule_belongs_to_the_optimiser()
    {
        #region
        var schedule = new CosineDecay(0, decaySteps: 900, warmupTarget: 0.01, warmupSteps: 100);
        model.Compile(Loss.MeanSquaredError(), new Adam { LearningRateSchedule = schedule });
        #endregion

        model.Fit(x, y, epochs: 2, batchSize: 10, verbose: 0)["learning_rate"].Should().Equal(0.01 * 1 / 100, 0.01 * 3 / 100);
    }

    [Fact]
    public void A_fit_that_diverges_ends()
    {
        model.Compile(Loss.MeanSquaredError(), new Sgd(1e30));
        #region
        var nan = new TerminateOnNaN();
        var history = model.Fit(x, y, epochs: 100, verbose: 0, callbacks: [nan]);
        if (history.Outcome == FitOutcome.Diverged)
        {
            Console.WriteLine(nan.Diverged!.Message);    // the epoch, the batch, the first layer whose output is not finite
        }
        #endregion

        history.Outcome.Should().Be(FitOutcome.Diverged);
    }

    [Fact]
    public void TensorBoard_gets_its_files()
    {
        #region
        // Then: tensorboard --logdir logs
        model.Fit(x, y, epochs: 20, validationSplit: 0.2, verbose: 0, callbacks: [new TensorBoard("logs/first")]);
        #endregion

        Directory.GetDirectories("logs/first").Select(Path.GetFileName).Should().BeEquivalentTo("train", "validation");
    }

    [Fact]
    public void A_fit_is_cancelled_and_goes_on()
    {
        #region
        using var hour = new CancellationTokenSource(TimeSpan.FromHours(1));
        var history = model.Fit(x, y, epochs: 1000, verbose: 0, cancellationToken: hour.Token);
        if (history.Outcome == FitOutcome.Canceled)
        {
            history = model.Fit(x, y, epochs: 1000, verbose: 0, initialEpoch: history.Epochs.Count);    // goes on later
        }
        #endregion

        history.Outcome.Should().Be(FitOutcome.Completed);
    }

    [Fact]
    public void Progress_is_told()
    {
        var text = "";
        #region
        var progress = new Progress<FitReport>(report =>
            Show($"epoch {report.Epoch + 1} of {report.Epochs}, loss {report.Figures["loss"]:F4}"));
        model.Fit(x, y, epochs: 1000, verbose: 0, progress: progress);
        #endregion

        SpinWait.SpinUntil(() => text.StartsWith("epoch 1000 of 1000, loss ", StringComparison.Ordinal), TimeSpan.FromSeconds(10))
            .Should().BeTrue();

        void Show(FormattableString line) => text = line.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public void What_is_printed_goes_where_one_likes()
    {
        #region
        using var log = new StreamWriter("fit.log");
        model.Fit(x, y, epochs: 3, verbose: 1, output: log);
        #endregion

        log.Flush();
        log.Dispose();
        File.ReadAllLines("fit.log").Should().HaveCount(6).And.HaveElementAt(4, "Epoch 3/3");
    }

    [Fact]
    public void A_callback_of_ones_own()
    {
        var own = new SlowDown();

        var history = model.Fit(x, y, epochs: 4, verbose: 0, callbacks: [own]);

        history["learning_rate"].Should().Equal(0.01, 0.005, 0.0025, 0.00125);
    }

        #region
        /// <summary>Halves the learning rate before each epoch but the first.</summary>
        private sealed class SlowDown : Callback
        {
            public override void OnEpochBegin(FitProgress progress)
            {
                if (progress.Epoch > 0)
                {
                    progress.LearningRate /= 2;
                }
            }
        }
        #endregion
}
