using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Questions.Designs;

internal static class DenseAlone
{
    internal static Question Question { get; } = new(
        "dense-alone",
        "Is a plain Dense simpler and faster than the many-to-one LSTM?",
        [87],
        """
        For this problem yes: the input has a fixed length and the output is a vector, so a Dense on the five numbers has 30
        parameters instead of 170, no steps to go through, and learns the echo as well. The tutorial uses an LSTM to show one. An
        LSTM pays where lengths vary, where what matters may stand anywhere in the sequence, or where there are many steps: the
        Dense has a weight for each pair of an input step and an output.
        """,
        Run);

    private static void Run()
    {
        var (x, y) = EchoSequence.FrameManyToOne(EchoSequence.Linear(5));
        SequentialModel[] models =
        [
            new(new Flatten(), new Dense(5)) { Seed = 1, Name = "Dense alone" },
            new(new Lstm(5), new Dense(5)) { Seed = 1, Name = "Lstm and Dense" },
        ];
        foreach (var model in models)
        {
            model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
            model.Fit(x, y, epochs: 200, batchSize: 1, verbose: 0);
            Console.WriteLine($"{model.Name,-14} {model.CountParameters(),3} parameters: {Show.Numbers(model.Predict(x))}");
            model.Dispose();
        }
    }
}
