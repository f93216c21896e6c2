using System.Globalization;

namespace EchoLstm.Kernels;

/// <summary>The masks of values that are merged.</summary>
internal static unsafe class MergeMasks
{
    /// <summary>Writes which rows are there in every input that has a mask; an input of one step stands for all.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="inputSteps">Their steps.</param>
    /// <param name="samples">How many samples.</param>
    /// <param name="steps">The output's steps.</param>
    /// <param name="used">Receives them; null where no input has a mask.</param>
    /// <returns>What was received.</returns>
    internal static byte* All(ReadOnlySpan<InputRows> inputs, ReadOnlySpan<int> inputSteps, int samples, int steps, byte* used)
    {
        if (used is null)
        {
            return null;
        }
        new Span<byte>(used, checked(samples * steps)).Fill(1);
        for (var k = 0; k < inputs.Length; k++)
        {
            var mask = inputs[k].Mask;
            for (var r = 0; r < samples * steps && mask is not null; r++)
            {
                used[r] &= mask[inputSteps[k] == 1 ? r % samples : r];
            }
        }
        return used;
    }

    /// <summary>Throws unless inputs have as many steps as the output, or one.</summary>
    internal static void ThrowUnlessAlike(ReadOnlySpan<int> inputSteps, int steps)
    {
        foreach (var own in inputSteps)
        {
            if (own != 1)
            {
                ThrowUnlessEqual(own, steps);
            }
        }
    }

    /// <summary>Throws unless two lengths are equal; callers see to it, and memory of another size must not be read in any case.</summary>
    internal static void ThrowUnlessEqual(int length, int other)
    {
        if (length != other)
        {
            var (one, two) = (length.ToString(CultureInfo.InvariantCulture), other.ToString(CultureInfo.InvariantCulture));
            throw new ShapeMismatchException($"Axes of the lengths {one} and {two} can't be merged. Give them one length.", two, one);
        }
    }
}
