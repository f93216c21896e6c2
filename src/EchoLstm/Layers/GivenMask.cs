using EchoLstm.Inference;
using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>The mask that a caller gives with inputs.</summary>
internal static class GivenMask
{
    /// <summary>A given mask as booleans, after a check.</summary>
    /// <param name="mask">Booleans, or numbers that are 0 or 1.</param>
    /// <param name="inputs">What it is of.</param>
    /// <param name="mostAxes">How many of the inputs' axes it may have.</param>
    /// <param name="name">What the caller calls it.</param>
    internal static Tensor Checked(Tensor mask, Tensor inputs, int mostAxes, string name)
    {
        var (given, of) = (Shape.Of(mask), Shape.Of(inputs));
        if (given.Rank < 2 || given.Rank > mostAxes || !given.SequenceEqual(of.Take(given.Rank)))
        {
            if (mostAxes < 2)
            {
                throw new ShapeMismatchException(
                    $"{name} says which time steps are there, but {of} of numbers has none. Give (samples, time steps, features).",
                    "(samples, time steps, features)",
                    of.ToString());
            }
            var expected = string.Join(" or ", Enumerable.Range(2, mostAxes - 1).Select(axes => new Shape([.. of.Take(axes)])));
            throw new ShapeMismatchException(
                $"{name} says which time steps of {of} are there, so its shape must be {expected}, but it is {given}. Give a boolean for "
                    + "each step: true where it is there.",
                expected,
                given.ToString());
        }
        if (mask.dtype == ScalarType.Bool)
        {
            return mask;
        }
        var there = mask.Differs(0);
        if (there.logical_and(mask.Differs(1)).any().item<bool>())
        {
            throw new ArgumentException(
                $"{name} has numbers besides 0 and 1. Give booleans, true where a step is there; what counts how much is sampleWeight.",
                name);
        }
        return there;
    }

    /// <summary>The mask of sequences that are padded behind, after a check.</summary>
    internal static Tensor OfLengths(IReadOnlyList<int> lengths, Tensor inputs, string name)
    {
        var (samples, steps) = (inputs.shape[0], inputs.shape[1]);
        InputCheck.Lengths([.. lengths], samples, steps, name);
        var last = tensor(lengths.Select(length => (long)length).ToArray()).unsqueeze(1);
        return arange(steps).unsqueeze(0).expand(samples, steps).lt(last);
    }
}
