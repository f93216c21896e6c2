using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class Attention
{
    internal static Question Question { get; } = new(
        "attention",
        "Can the encoder-decoder have attention, also for integers?",
        [68],
        """
        Yes: `AttentionDecoder(units, steps)` stands where RepeatVector and the second LSTM would. The encoder returns every step,
        and before each of its own steps the decoder weighs them anew, so that not all must pass through one vector. It works for
        integers, numbers, or an autoencoder alike. `CallWithWeights` shows where it looked: here each row is a step of the output,
        each column the mean weight of a step of the input.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(
            new Lstm(16, returnSequences: true),
            new AttentionDecoder(16, steps: 2),
            new TimeDistributed(new Dense(5, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(0.03), Metric.Accuracy());
        var random = new RandomSequence(seed: 1);
        for (var round = 0; round < 6; round++)
        {
            var (x, y) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2, length: 404, classes: 5);
            model.Fit(x, y, batchSize: 40, verbose: 0);
        }
        var (test, echo) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2, length: 204, classes: 5);
        Console.WriteLine($"right on new sequences: {Show.Number(100 * model.Evaluate(test, echo)["accuracy"], 0)} %");

        var decoder = (AttentionDecoder)model.Layers[1];
        var (_, looks) = decoder.CallWithWeights(model.Layers[0].call(tensor(test)));
        foreach (var row in looks.mean([0]).unbind(0))
        {
            Console.WriteLine(Show.Numbers(row));
        }
    }
}
