using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class InputShape
{
    internal static Question Question { get; } = new(
        "input-shape",
        "Why is the input always (samples, time steps, features), and what is what?",
        [7, 101],
        """
        A sample is one sequence; its time steps are read one after the other; the features are what is known at each step. An LSTM
        needs all three axes, also where one of them is 1: a table of numbers must be reshaped. 100 pictures of a man who runs and
        100 of one who walks are two samples of 100 time steps if each hundred is one film. Then the features of a step are its
        pixels, width times height (times colours), or what `TimeDistributed` of a convolution makes of them. If the pictures do not
        follow one another, there is no time, and no LSTM is needed. How many samples are trained together is the batch size; it is
        no part of the shape that `Build` is given.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(new Lstm(5), new Dense(1)) { Seed = 1 };
        model.Build(5, 1);                                       // five time steps of one feature

        float[,] table = { { 0f, 0.2f, 0.4f, 0.6f, 0.8f } };     // one sequence, as a row
        try
        {
            model.Predict(table);
        }
        catch (ShapeMismatchException error)
        {
            Console.WriteLine(error.Message);
        }
        var steps = tensor(table).reshape(1, 5, 1);
        Console.WriteLine($"{Shape.Of(steps)} goes in, {Shape.Of(model.Predict(steps))} comes out");

        var films = zeros(2, 100, 64, 48);                       // two films of 100 pictures
        Console.WriteLine($"{Shape.Of(films)} as features: {Shape.Of(films.reshape(2, 100, 64 * 48))}");
    }
}
