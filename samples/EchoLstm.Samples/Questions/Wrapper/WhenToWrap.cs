using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class WhenToWrap
{
    internal static Question Question { get; } = new(
        "when-to-wrap",
        "Must sequence to sequence always use TimeDistributed? When is a vector right?",
        [82, 148],
        """
        It need not: `Lstm(returnSequences: true)` and Dense already give a sequence. Models elsewhere that have no wrapper either
        use that, or give one vector with all steps as features. The vector is right where input and output are not aligned step by
        step, and where the length is fixed: its Dense has weights for each step of the output, so that it grows with the length and
        takes no other. The sequence is right where step t of the output belongs to step t of the input, or where lengths vary.
        Neither is better by itself.
        """,
        Run);

    private static void Run()
    {
        foreach (var length in (int[])[5, 50])
        {
            using var vector = new SequentialModel(new Lstm(20), new Dense(length)) { Seed = 1 };
            using var sequence = new SequentialModel(new Lstm(20, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
            vector.Build(-1, 1);
            sequence.Build(-1, 1);
            Console.WriteLine($"{length,2} steps: vector {vector.CountParameters()} parameters, sequence {sequence.CountParameters()}");
            Console.WriteLine($"          given 8 steps: vector {Shape.Of(vector.Predict(zeros(1, 8, 1)))}, sequence {Shape.Of(sequence.Predict(zeros(1, 8, 1)))}");
        }
    }
}
