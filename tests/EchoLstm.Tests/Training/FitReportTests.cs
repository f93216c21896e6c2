using Microsoft.Extensions.Time.Testing;

namespace EchoLstm.Tests.Training;

public class FitReportTests
{
    private static readonly float[,] Six = { { 1 }, { 1 }, { 1 }, { 1 }, { 1 }, { 1 } };

    [Fact]
    public void The_end_of_a_short_fit_is_reported_once()
    {
        using var model = Model();
        var receiver = new Receiver();

        var history = model.Fit(Six, Six, epochs: 2, batchSize: 2, verbose: 0, validationSplit: 0.5, progress: receiver);

        var report = receiver.Reports.Should().ContainSingle().Subject;
        (report.Epoch, report.Epochs, report.BatchesDone, report.Batches).Should().Be((1, 2, 2, 2));
        report.Figures.Should().Equal(new Dictionary<string, double> { ["loss"] = history.Loss[1], ["val_loss"] = history["val_loss"][1] });
    }

    [Fact]
    public void Reports_are_a_tenth_of_a_second_apart_however_many_batches_there_are()
    {
        var clock = new FakeTimeProvider();
        var receiver = new Receiver();
        using var model = Model();

        // 30 batches, one each 30 ms: a report at 120, 240, ..., 840 ms, and the end at 900.
        model.Fit(Six, Six, epochs: 5, batchSize: 1, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ => clock.Advance(TimeSpan.FromSeconds(0.03))), new ProgressReporter(receiver, clock)]);

        receiver.Reports.Select(report => (report.Epoch * 6) + report.BatchesDone).Should().Equal(4, 8, 12, 16, 20, 24, 28, 30);
    }

    [Fact]
    public void A_report_stays_what_it_was()
    {
        var clock = new FakeTimeProvider();
        var receiver = new Receiver();
        using var model = Model();

        model.Fit(Six, Six, epochs: 1, batchSize: 1, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ => clock.Advance(TimeSpan.FromSeconds(1))), new ProgressReporter(receiver, clock)]);

        // The last is the end of the epoch.
        receiver.Reports.Select(report => report.BatchesDone).Should().Equal(1, 2, 3, 4, 5, 6, 6);
        receiver.Reports.Take(6).Select(report => report.Figures["loss"]).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void An_end_that_was_reported_is_not_reported_again()
    {
        var clock = new FakeTimeProvider();
        var receiver = new Receiver();
        using var model = Model();

        model.Fit(Six, Six, epochs: 2, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: _ => clock.Advance(TimeSpan.FromSeconds(1))), new ProgressReporter(receiver, clock)]);

        receiver.Reports.Select(report => (report.Epoch, report.BatchesDone)).Should().Equal((0, 1), (1, 1));
    }

    [Fact]
    public void A_fit_that_trained_nothing_reports_nothing()
    {
        using var model = Model();
        var receiver = new Receiver();

        model.Fit(Six, Six, verbose: 0, progress: receiver, cancellationToken: new CancellationToken(canceled: true));

        receiver.Reports.Should().BeEmpty();
    }

    private static SequentialModel Model()
    {
        var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));
        return model;
    }

    private sealed class Receiver : IProgress<FitReport>
    {
        internal List<FitReport> Reports { get; } = [];

        public void Report(FitReport value) => Reports.Add(value);
    }
}
