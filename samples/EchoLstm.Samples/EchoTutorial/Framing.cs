using EchoLstm.Data;

namespace EchoLstm.Samples;

/// <summary>How the echo tutorial makes pairs of inputs and targets from a sequence.</summary>
internal static class Framing
{
    internal static void Run(Settings settings)
    {
        Console.WriteLine("A sequence 1 to 5 with two inputs and one target, and what is missing:");
        Console.WriteLine(SupervisedFrames.PairsTable([1, 2, 3, 4, 5], nIn: 2, nOut: 1));

        var seed = settings.Seed ?? 11;
        var sequence = new RandomSequence(seed).Next(length: 25, classes: 100);
        var (windows, targets) = SupervisedFrames.ToSupervised(sequence, nIn: 5, nOut: 3);
        Console.WriteLine($"25 random integers (seed {seed}): [{string.Join(", ", sequence)}]");
        Console.WriteLine("Windows of five, the three oldest of each as its target:");
        foreach (var line in SupervisedFrames.PairLines(windows, targets))
        {
            Console.WriteLine(line);
        }

        var encoded = OneHot.Encode(sequence, classes: 100);
        var (x, y) = SupervisedFrames.ToSupervised(encoded, nIn: 5, nOut: 3);
        Console.WriteLine();
        Console.WriteLine($"One-hot encoded {Text.Shape(encoded)}, framed X {Text.Shape(x)} and y {Text.Shape(y)}");
        Console.WriteLine($"Decoded again, they are the same integers: {OneHot.Decode(encoded).SequenceEqual(sequence)}");
    }
}
