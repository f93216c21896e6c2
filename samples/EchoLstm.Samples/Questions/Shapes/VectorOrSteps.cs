using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class VectorOrSteps
{
    internal static Question Question { get; } = new(
        "vector-or-steps",
        "Is a vector of five numbers the same as five time steps?",
        [22, 94, 118, 129],
        """
        No. Without `returnSequences` the LSTM hands on its last step alone, and `Dense(5)` makes five features of it: one vector,
        which is why an input (5, 1), five steps of one feature, has an output (1, 5) or (None, 5), five features and no steps.
        `returnSequences: false` with `Dense(10)` is therefore not the same as ten steps. In the second model each output belongs to
        a step and knows only the inputs up to it. The program changes the last input: the whole vector changes, but of the sequence
        only the last step does. Many-to-many means many steps, not many features.
        """,
        Run);

    private static void Run()
    {
        using var vector = EchoModels.ManyToOne(5, seed: 1);     // Lstm(5), Dense(5)
        using var sequence = EchoModels.ManyToMany(5, seed: 1);  // Lstm(5, returnSequences: true), TimeDistributed(Dense(1))
        var (x, _) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        var other = (float[,,])x.Clone();
        other[0, 4, 0] = -3f;                                    // another last step

        foreach (var model in (SequentialModel[])[vector, sequence])
        {
            var changed = model.Predict(x).ne(model.Predict(other)).flatten();
            Console.WriteLine($"output {Shape.Of(model.Predict(x)),-9}  changed: {Show.Numbers(changed, 0)}");
        }
    }
}
