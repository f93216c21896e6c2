using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class VariableLength
{
    internal static Question Question { get; } = new(
        "variable-length",
        "y has another length in each sample. What then?",
        [117],
        """
        Pad the sequences to one length and mask the padding: put it where a value never occurs, let `Masking` mark those steps, and
        LSTM, loss and metrics leave them out. The program pads y with 99, which would ruin any loss that counted it, and gets
        exactly the mean over the four real steps of the two sequences alone. Where y alone is padded, give the steps that are none
        the sample weight 0. A length that the model itself shall choose is another question: `until-end-token`.
        """,
        Run);

    private static void Run()
    {
        float[][] inputs = [[0.1f, 0.2f, 0.3f], [0.5f]];
        var x = tensor(SequencePadding.PadSequences<float>(inputs, padding: PaddingSide.Post, value: -1)).unsqueeze(2);
        var y = tensor(SequencePadding.PadSequences<float>(inputs, padding: PaddingSide.Post, value: 99)).unsqueeze(2);
        using var model = new SequentialModel(new Masking(-1), new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(-1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine($"x {Show.Numbers(x[0])} and {Show.Numbers(x[1])}, y {Show.Numbers(y[0])} and {Show.Numbers(y[1])}");

        var first = tensor(inputs[0]).reshape(1, 3, 1);
        var second = tensor(inputs[1]).reshape(1, 1, 1);
        var alone = (3 * model.Evaluate(first, first)["loss"]) + model.Evaluate(second, second)["loss"];
        Console.WriteLine($"loss of both, padded {Show.Number(model.Evaluate(x, y)["loss"], 5)}, of each alone {Show.Number(alone / 4, 5)}");
    }
}
