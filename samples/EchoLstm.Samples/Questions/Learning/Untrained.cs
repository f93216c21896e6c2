using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Questions.Learning;

internal static class Untrained
{
    internal static Question Question { get; } = new(
        "untrained",
        "My predictions are 0.0 -0.0 -0.0 -0.0 -0.0. Why?",
        [13],
        """
        One of the notebooks prints that for one-to-one: the model had not been trained, because the line with fit was left out or
        failed. Signs of it: the predictions are nearly equal whatever goes in, and the loss of `Evaluate` is what predicting
        nothing would give, the mean of the squared targets, here 0.24. Look at `History.Loss`, which must fall. ("-0.0" is a small
        negative number at one decimal.)
        """,
        Run);

    private static void Run()
    {
        var (x, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5));
        using var model = EchoModels.OneToOne(5, seed: 311);
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        Print("before Fit");
        var history = model.Fit(x, y, epochs: 300, batchSize: 5, verbose: 0);
        Print("after Fit ");
        Console.WriteLine($"loss of the first epoch {Show.Number(history.Loss[0], 3)}, of the last {Show.Number(history.Loss[^1], 3)}");

        void Print(string when) => Console.WriteLine($"{when}: {string.Join(' ', model.Predict<float[,]>(x).Cast<float>().Select(value => value.ToString("F1")))}, loss {Show.Number(model.Evaluate(x, y)["loss"], 2)}");
    }
}
