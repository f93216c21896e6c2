using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class Causality
{
    internal static Question Question { get; } = new(
        "causality",
        "Speech: are the targets shifted by one step or by the whole window? Can step 1 know step 4?",
        [84, 85],
        """
        A model that only learns to repeat its input was given its input as target; to predict, shift the target into the future. By
        how much is a matter of the question: by one step (`SupervisedFrames.ToShifted`) the model says at every step what comes
        next; by the whole window it must name at step 1 what follows the window, though it has heard one step. The author
        recommends such targets and a reader objects. The reader is right: at each step an LSTM knows only the steps so far. What is
        not in them it can only guess, and no training gets below the floor. The program asks for the sequence backwards: steps 1
        and 2 want inputs that come later, and their errors stay at the variance, 1. Bidirectional reads from both ends, and an
        encoder-decoder has heard all before it speaks: both get to 0.
        """,
        Run);

    private static void Run()
    {
        var x = new float[16, 4, 1];                             // all sequences of four numbers -1 or 1
        var y = new float[16, 4, 1];                             // each of them backwards
        for (var i = 0; i < 16; i++)
        {
            for (var step = 0; step < 4; step++)
            {
                x[i, step, 0] = y[i, 3 - step, 0] = ((i >> step) & 1) == 1 ? 1 : -1;
            }
        }
        SequentialModel[] models =
        [
            new(new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1, Name = "Lstm" },
            new(new Bidirectional(new Lstm(16, returnSequences: true)), new TimeDistributed(new Dense(1))) { Seed = 1, Name = "Bidirectional" },
            new(new Lstm(16), new RepeatVector(4), new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1, Name = "Encoder-decoder" },
        ];
        foreach (var model in models)
        {
            model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
            model.Fit(x, y, epochs: 200, batchSize: 16, verbose: 0);
            var errors = (model.Predict(x) - tensor(y)).square().mean([0, 2]);
            Console.WriteLine($"{model.Name,-15} squared error of steps 1 to 4: {Show.Numbers(errors)}");
            model.Dispose();
        }
    }
}
