using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Texts;

internal static class Denoiser
{
    internal static Question Question { get; } = new(
        "denoiser",
        "A denoiser of words: padding plus one-hot plus mean squared error. Does it make sense?",
        [103],
        """
        It runs, and misleads. With 100 classes a model that answers every class alike has a mean squared error of 0.0099, which
        looks as if it had learned; cross-entropy says 4.61, the log of 100. Its gradients are small too: the same 60 updates teach
        the one hardly anything and the other all. Padding makes it worse: if most steps are padding, to say padding always is
        nearly right. So: softmax, categorical cross-entropy, and a mask or the weight 0 for the padding.
        """,
        Run);

    private static void Run()
    {
        var words = OneHot.Encode(new[,] { { 3, 14, 15, 92, 65 }, { 27, 18, 28, 45, 90 } }, classes: 100);
        foreach (var loss in (Loss[])[Loss.MeanSquaredError(), Loss.CategoricalCrossentropy()])
        {
            using var model = new SequentialModel(new Dense(100, Activation.Softmax)) { Seed = 1 };
            model.Build(5, 100);
            model.SetWeights([new float[100, 100], new float[100]]);     // every class alike
            model.Compile(loss, new Sgd(5), Metric.Accuracy());
            var before = model.Evaluate(words, words)["loss"];
            model.Fit(words, words, epochs: 60, verbose: 0);
            using var output = model.Predict(words);
            var certainty = (output * tensor(words)).sum(-1).mean().item<float>();
            Console.WriteLine($"{loss.Name}: {Show.Number(before, 4)} before; after training the right word has the probability {Show.Number(certainty)}");
        }
    }
}
