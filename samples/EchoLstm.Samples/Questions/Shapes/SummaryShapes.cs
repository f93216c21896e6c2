using EchoLstm.Data;
using EchoLstm.Models;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class SummaryShapes
{
    internal static Question Question { get; } = new(
        "summary",
        "Why does my summary show (None, 5), and a line None behind it?",
        [11, 34, 147],
        """
        (None, 5) is right: None is the number of samples, which the model leaves open, and without `returnSequences` the LSTM gives
        one vector of five. A printout of the tutorial shows (None, 1, 5) and (None, 1, 1) for the same model, and 146.0 parameters.
        That is a quirk of an old Keras: the model's target is (5, 1), and its output has no time axis, as the program shows. The
        line None comes from `print(model.summary())` in Python: summary prints by itself and returns nothing, which print then
        shows. Here `Summary()` returns the text and `Summary(writer)` writes it: never both.
        """,
        Run);

    private static void Run()
    {
        using var model = EchoModels.OneToOne(5, seed: 1);
        var text = model.Summary();
        Console.WriteLine(text);

        var (x, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5));
        Console.WriteLine($"x {Show.Shape(x)}, output {Shape.Of(model.Predict(x))}, y {Show.Shape(y)}");
    }
}
