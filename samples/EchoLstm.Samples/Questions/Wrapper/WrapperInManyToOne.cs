using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class WrapperInManyToOne
{
    internal static Question Question { get; } = new(
        "wrapper-in-many-to-one",
        "Can TimeDistributed be used in many-to-one, and is it of use there?",
        [135],
        """
        Yes, before the LSTM: it turns each step into features, and the LSTM reads those. Here a step is a piece of 32 points; a
        convolution looks for shapes in it, with the same weights for each piece, and the LSTM makes one answer of ten pieces.
        Behind an LSTM that returns its last step there is no time axis left, and TimeDistributed says so.
        """,
        Run);

    private static void Run()
    {
        using var model = new SequentialModel(
            new TimeDistributed(new Conv1D(8, 3, activation: Activation.Relu)),
            new TimeDistributed(new Flatten()),
            new Lstm(16),
            new Dense(1)) { Seed = 1 };
        model.Build(10, 32, 1);                                  // ten pieces of 32 points
        Console.WriteLine(model.Summary());
        try
        {
            model.Add(new TimeDistributed(new Dense(1)));
        }
        catch (ShapeMismatchException error)
        {
            Console.WriteLine(error.Message);
        }
    }
}
