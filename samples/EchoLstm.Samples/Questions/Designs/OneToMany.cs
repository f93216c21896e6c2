using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Questions.Designs;

internal static class OneToMany
{
    internal static Question Question { get; } = new(
        "one-to-many",
        "One-to-many: which model makes a sequence of a label or a picture?",
        [83],
        """
        `RepeatVector` gives the one vector to every step of an LSTM that returns its sequence; a picture would first become a
        vector by convolutions. All steps get the same input, and the LSTM's state tells them apart. `EchoModels.OneToMany` is this
        model for numbers.
        """,
        Run);

    private static void Run()
    {
        float[,] labels = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        float[,,] y =
        {
            { { 0.0f }, { 0.3f }, { 0.6f }, { 0.9f } },          // rising
            { { 0.9f }, { 0.6f }, { 0.3f }, { 0.0f } },          // falling
            { { 0.5f }, { 0.5f }, { 0.5f }, { 0.5f } },          // level
        };
        using var model = new SequentialModel(new RepeatVector(4), new Lstm(8, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        model.Fit(labels, y, epochs: 300, verbose: 0);
        foreach (var row in model.Predict(labels).unbind(0))
        {
            Console.WriteLine(Show.Numbers(row));
        }
    }
}
