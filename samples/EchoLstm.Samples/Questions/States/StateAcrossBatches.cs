using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.States;

internal static class StateAcrossBatches
{
    internal static Question Question { get; } = new(
        "state-across-batches",
        "Why is the batch as large as the data, and how can one-to-one predict a sequence without time steps?",
        [15, 107],
        """
        In one-to-one each number is a sample of one step, and all five make one batch, so that the state starts at zero for each:
        it learns a function of one number, not a sequence. That is enough for the echo. With batch size 1 and a stateful LSTM the
        state goes on from sample to sample and is reset after each epoch, which is the other way the tutorial mentions. The program
        shows that it is then a sequence: the input is always 1, so only the state can tell the steps apart. Without it the mean is
        all that can be learned.
        """,
        Run);

    private static void Run()
    {
        var x = ones(5, 1, 1);
        var (_, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5));
        foreach (var stateful in (bool[])[false, true])
        {
            using var model = new SequentialModel(new Lstm(5, stateful: stateful), new Dense(1)) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.005));
            for (var epoch = 0; epoch < 250; epoch++)
            {
                model.Fit(x, y, batchSize: 1, shuffle: false, verbose: 0);
                model.ResetStates();
            }
            Console.WriteLine($"stateful {stateful,-5}: {Show.Numbers(model.Predict(x, batchSize: 1))}");
        }
    }
}
