using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Models;

/// <summary>What a fit prints.</summary>
public class SequentialModelConsoleTests
{
    [Theory]
    [InlineData(0, new string[0])]
    [InlineData(1, new[] { "Epoch 1/2", "2/2 [==============================] - 0s #ms/step - loss: 4.0000", "Epoch 2/2", "2/2 [==============================] - 0s #ms/step - loss: 4.0000" })]
    [InlineData(2, new[] { "Epoch 1/2", " - 0s - loss: 4.0000", "Epoch 2/2", " - 0s - loss: 4.0000" })]
    public void Verbose_says_how_much(int verbose, string[] lines)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        using var console = new ConsoleCapture();

        model.Fit(new float[,] { { 1 }, { 1 } }, new float[,] { { 2 }, { 2 } }, epochs: 2, batchSize: 1, verbose: verbose);

        // On a terminal the bar is drawn over itself.
        Untimed(console.Output).Replace("\r\n", "\n").Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Should().Equal(lines);
    }

    [Theory]
    [InlineData(1, "Epoch 1/1\n2/2 [==============================] - 0s #ms/step - loss: 4.0000\n")]
    [InlineData(2, "Epoch 1/1\n - 0s - loss: 4.0000\n")]
    public void A_writer_takes_the_consoles_place(int verbose, string text)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        using var console = new ConsoleCapture();
        var writer = new StringWriter();

        model.Fit(new float[,] { { 1 }, { 1 } }, new float[,] { { 2 }, { 2 } }, batchSize: 1, verbose: verbose, output: writer);

        Untimed(writer.ToString()).ReplaceLineEndings("\n").Should().Be(text);
        console.Output.Should().BeEmpty();
    }

    // What a batch took differs from run to run.
    private static string Untimed(string text) => Regex.Replace(text, @"\d+(s|ms|us)/step", "#ms/step");
}
