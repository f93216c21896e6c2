using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class NextStep
{
    internal static Question Question { get; } = new(
        "next-step",
        "The echo model only echoes. How does a model predict the NEXT step of what it has learned?",
        [143],
        """
        By a target that is the input shifted by one: at each step the model is told what came next. `SupervisedFrames.ToShifted`
        frames it, and the model stays the same. To go further than one step, `Forecast` slides the model's own predictions into the
        window.
        """,
        Run);

    private static void Run()
    {
        var (x, y) = SupervisedFrames.ToShifted(EchoSequence.Linear(10), steps: 5);
        using var model = new SequentialModel(new Lstm(10, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        model.Fit(x, y, epochs: 250, verbose: 0);

        var window = tensor(x).narrow(0, 0, 1);
        Console.WriteLine($"read          {Show.Numbers(window)}");
        Console.WriteLine($"next of each  {Show.Numbers(model.Predict(window))}");
        Console.WriteLine($"five more     {Show.Numbers(model.Forecast(window, steps: 5))}");
    }
}
