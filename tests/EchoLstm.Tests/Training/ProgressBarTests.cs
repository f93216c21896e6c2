using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Tests.Training;

/// <summary>verbose 1: a bar an epoch.</summary>
public class ProgressBarTests
{
    [Fact]
    public void Redirected_it_is_one_finished_line_an_epoch() =>
        Run(live: false).Should().Be(Lines("Epoch 1/2", "3/3 [==============================] - 0s - loss: 1.0000", "Epoch 2/2", "3/3 [==============================] - 0s - loss: 1.0000"));

    [Fact]
    public void On_a_terminal_it_grows_in_place()
    {
        var text = Run(live: true, slow: true);

        text.Should().Contain("\r1/3 [==========>...................] - 0s - loss: 1.0000\r");
        text.Should().EndWith("\r3/3 [==============================] - 0s - loss: 1.0000" + Environment.NewLine);
    }

    private static string Run(bool live, bool slow = false)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var writer = new StringWriter();
        Callback[] callbacks = slow ? [new Pause(), new ProgressBar(writer, live)] : [new ProgressBar(writer, live)];

        model.Fit(new float[,] { { 1 }, { 1 }, { 1 } }, new float[,] { { 1 }, { 1 }, { 1 } }, epochs: 2, batchSize: 1, verbose: 0, callbacks: callbacks);
        return writer.ToString();
    }

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + Environment.NewLine));

    // Longer than the bar waits between two drawings.
    private sealed class Pause : Callback
    {
        public override void OnBatchEnd(FitProgress progress) => Thread.Sleep(60);
    }
}
