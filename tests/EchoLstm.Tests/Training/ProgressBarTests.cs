using Microsoft.Extensions.Time.Testing;

namespace EchoLstm.Tests.Training;

/// <summary>verbose 1: a bar an epoch.</summary>
public class ProgressBarTests
{
    private const string Full = "[==============================]";

    [Fact]
    public void Redirected_it_is_one_finished_line_an_epoch() =>
        Run(live: false, batches: 3, seconds: 0.2, epochs: 2).Should().Be(Lines("Epoch 1/2", $"3/3 {Full} - 1s 200ms/step - loss: 1.0000", "Epoch 2/2", $"3/3 {Full} - 1s 200ms/step - loss: 1.0000"));

    [Fact]
    public void On_a_terminal_it_grows_in_place_and_says_how_long_it_will_take() =>
        Run(live: true, batches: 3, seconds: 10).Should().Be(
            Lines("Epoch 1/1")
            + "\r1/3 [==========>...................] - ETA: 20s - loss: 1.0000"
            + "\r2/3 [====================>.........] - ETA: 10s - loss: 1.0000"
            + Lines($"\r3/3 {Full} - 30s 10s/step - loss: 1.0000"));

    [Theory]
    [InlineData(0.001, 10)]
    [InlineData(0.03, 250)]
    [InlineData(0.1, 1000)]
    [InlineData(0.5, 1000)]
    public void It_is_drawn_ten_times_a_second_at_most(double seconds, int drawn)
    {
        // 1000 batches; the one that ends the epoch is drawn in any case.
        var text = Run(live: true, batches: 1000, seconds);

        text.Count(letter => letter == '\r').Should().Be(drawn);
    }

    [Fact]
    public void The_pace_goes_on_from_epoch_to_epoch()
    {
        // 40 epochs of two batches, 10 ms each: 0.8 seconds, and a line for each epoch's end.
        var text = Run(live: true, batches: 2, seconds: 0.01, epochs: 40);

        text.Split('\r').Count(line => line.StartsWith("1/2", StringComparison.Ordinal)).Should().Be(7);
        text.Split('\r').Count(line => line.StartsWith("2/2", StringComparison.Ordinal)).Should().Be(40);
    }

    [Theory]
    [InlineData(0, "0s/step")]
    [InlineData(0.0000854, "85us/step")]
    [InlineData(0.001, "1ms/step")]
    [InlineData(0.0124, "12ms/step")]
    [InlineData(1.6, "2s/step")]
    public void What_a_batch_took_is_written_as_Keras_does(double seconds, string text) => MetricText.PerStep(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    [Theory]
    [InlineData(9.4, "9s")]
    [InlineData(65, "1:05")]
    [InlineData(3723, "1:02:03")]
    [InlineData(360000, "100:00:00")]
    public void The_time_that_is_left_is_written_as_Keras_does(double seconds, string text) => MetricText.Remaining(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    [Fact]
    public void A_cancelled_epochs_line_is_ended()
    {
        using var source = new CancellationTokenSource();

        Run(live: true, batches: 3, seconds: 10, source: source).Should().Be(
            Lines("Epoch 1/1", "\r1/3 [==========>...................] - ETA: 20s - loss: 1.0000", "Canceled in epoch 1/1 after batch 1/3."));
    }

    private static string Run(bool live, int batches, double seconds, int epochs = 1, CancellationTokenSource? source = null)
    {
        var clock = new FakeTimeProvider();
        var writer = new StringWriter();
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var ones = new float[batches, 1];
        for (var i = 0; i < batches; i++)
        {
            ones[i, 0] = 1;
        }
        var pass = new LambdaCallback(onBatchEnd: _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            source?.Cancel();
        });

        model.Fit(ones, ones, epochs, batchSize: 1, verbose: 0, callbacks: [pass, new ProgressBar(writer, live, clock)], cancellationToken: source?.Token ?? default);
        return writer.ToString();
    }

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + Environment.NewLine));
}
