using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class EqualLengths
{
    internal static Question Question { get; } = new(
        "padded-echo",
        "Echo of a part by the other way, equal lengths with padding: how does it compare?",
        [59],
        """
        The author names it: pad the two numbers of the echo to five, so that input and output have equal lengths, and one LSTM that
        returns its sequence will do. An all-zero row is the padding: cross-entropy gives it no weight. After the same training this
        is far ahead: the number to echo is the input of that very step, so nothing must be remembered. The encoder-decoder must
        keep both numbers until the window ends. It is the harder task, and the only one of the two that says anything about memory.
        """,
        Run);

    private static void Run()
    {
        SequentialModel[] models =
        [
            new(new Lstm(32), new RepeatVector(2), new Lstm(32, returnSequences: true), new TimeDistributed(new Dense(10, Activation.Softmax))) { Seed = 1, Name = "encoder-decoder" },
            new(new Lstm(32, returnSequences: true), new TimeDistributed(new Dense(10, Activation.Softmax))) { Seed = 1, Name = "equal lengths" },
        ];
        foreach (var (model, padding) in models.Zip([0, 3]))
        {
            var random = new RandomSequence(seed: 1);
            model.Compile(Loss.CategoricalCrossentropy(), new Adam(0.01));
            for (var round = 0; round < 8; round++)
            {
                var (x, y) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2, length: 404, classes: 10);
                model.Fit(x, cat([tensor(y), zeros(400, padding, 10)], 1), batchSize: 40, verbose: 0);
            }
            var (test, echo) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2, length: 404, classes: 10);
            var right = model.Predict(test).narrow(1, 0, 2).argmax(-1).eq(tensor(echo).argmax(-1));
            Console.WriteLine($"{model.Name,-15} {model.CountParameters(),5} parameters, {Show.Number(10 * right.to(float32).mean().item<float>(), 0)} of 10 numbers right");
            model.Dispose();
        }
    }
}
