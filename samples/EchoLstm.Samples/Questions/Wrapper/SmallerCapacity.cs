using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class SmallerCapacity
{
    internal static Question Question { get; } = new(
        "smaller-capacity",
        "Why twice the epochs for many-to-many, and is it more accurate or more compact?",
        [29, 119, 154],
        """
        The tutorial doubles the epochs from 500 to 1000 for the smaller capacity, and in a reply says the opposite. What is
        measured: the sequence is ahead at first, then its loss falls slowly, and the vector overtakes it by far. The reason is not
        24 parameters more or less: the vector model has seen all five inputs before it says anything and has separate weights for
        each output, while the other says each number at once, with one and the same Dense. It solves the harder problem, for any
        length, and in the end both print 0.0 to 0.8. The sequence is the compact one at scale: the Dense for a vector grows with
        the length, the other stays at 21 parameters.
        """,
        Run);

    private static void Run()
    {
        using var vector = EchoModels.ManyToOne(5, seed: 11);
        using var sequence = EchoModels.ManyToMany(5, seed: 11);
        var values = EchoSequence.Linear(5);
        var (x, flat) = EchoSequence.FrameManyToOne(values);
        var (_, steps) = EchoSequence.FrameManyToMany(values);
        var ofVector = vector.Fit(x, flat, epochs: 500, batchSize: 1, verbose: 0).Loss;
        var ofSequence = sequence.Fit(x, steps, epochs: 500, batchSize: 1, verbose: 0).Loss;
        foreach (var epoch in (int[])[1, 100, 200, 500])
        {
            Console.WriteLine($"epoch {epoch,3}: loss of the vector {Show.Number(ofVector[epoch - 1], 3)}, of the sequence {Show.Number(ofSequence[epoch - 1], 3)}");
        }
        foreach (var length in (int[])[5, 50, 500])
        {
            using var longVector = EchoModels.ManyToOne(length, units: 20);
            using var longSequence = EchoModels.ManyToMany(length, units: 20);
            Console.WriteLine($"length {length,3}, 20 units: {longVector.CountParameters(),5} and {longSequence.CountParameters()} parameters");
        }
    }
}
