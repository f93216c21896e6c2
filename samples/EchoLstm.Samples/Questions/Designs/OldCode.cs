using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class OldCode
{
    internal static Question Question { get; } = new(
        "old-tensorflow-code",
        "TensorFlow 1 code: dense with leaky relu, two LSTM cells in dropout wrappers, zero state, dense with tanh. How is it written here?",
        [150],
        """
        Layer by layer, on x (376, 5, 7) and y (376, 5, 1). The first Dense works on each step, a TorchSharp module may stand
        between layers, the zero state is the default, and the dropout wrapper, which drops a cell's outputs, is a Dropout layer
        behind it. Its argument is the share that is dropped, where TensorFlow's was the share that is kept.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(
            new Dense(32),
            nn.LeakyReLU(0.2),
            new Lstm(32, returnSequences: true),
            new Dropout(0.1),
            new Lstm(32, returnSequences: true),
            new Dropout(0.1),
            new Dense(1, Activation.Tanh)) { Seed = 1 };
        model.Build(5, 7);
        Console.WriteLine(model.Summary());
        Console.WriteLine(Shape.Of(model.Predict(zeros(376, 5, 7))));
    }
}
