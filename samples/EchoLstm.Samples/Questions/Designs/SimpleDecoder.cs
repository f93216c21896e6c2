using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class SimpleDecoder
{
    internal static Question Question { get; } = new(
        "simple-decoder",
        "Why is this simpler than other encoder-decoders, such as TensorFlow's seq2seq?",
        [72, 96],
        """
        Those translate texts: both lengths vary, so they need start and end tokens, masks, and a decoder that gets its own last
        word back; often attention and a beam search too. Here the lengths are fixed, and the decoder's input is one vector, the
        same at each step. It counts the steps by its state alone and never sees what it said. The program shows both. The parts of
        the larger design are there when they are needed: `until-end-token`, `attention`, `variable-length`.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(new Lstm(3), new RepeatVector(3), new Lstm(3, returnSequences: true), new TimeDistributed(new Dense(10, Activation.Softmax))) { Seed = 1 };
        model.Build(5, 10);
        var x = tensor(OneHot.Encode(new[,] { { 1, 2, 3, 4, 5 } }, classes: 10));
        var context = model.Layers[1].call(model.Layers[0].call(x));
        var states = model.Layers[2].call(context);
        for (var step = 0; step < 3; step++)
        {
            Console.WriteLine($"step {step + 1}: input {Show.Numbers(context[0, step], 3)}, state {Show.Numbers(states[0, step], 3)}");
        }
    }
}
