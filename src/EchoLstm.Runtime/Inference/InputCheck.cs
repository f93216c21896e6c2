using System.Numerics;
using System.Runtime.InteropServices;

namespace EchoLstm.Inference;

/// <summary>What models and streams take from plain memory, checked before they compute.</summary>
internal static class InputCheck
{
    /// <summary>Throws where a number is NaN or infinite, naming the first.</summary>
    internal static void Finite(ReadOnlySpan<float> data, string name, int samples, int features, bool hasSteps)
    {
        if (FirstNotFinite(data) is var place and >= 0)
        {
            throw NotFinite(data[place], place, name, data.Length / samples, features, hasSteps);
        }
    }

    /// <summary>The place of the first number that is NaN or infinite; -1 where all are finite.</summary>
    internal static int FirstNotFinite(ReadOnlySpan<float> data)
    {
        var start = 0;
        foreach (var block in MemoryMarshal.Cast<float, Vector<float>>(data))
        {
            // What is not finite has no difference from itself.
            if (!Vector.EqualsAll(block - block, Vector<float>.Zero))
            {
                break;
            }
            start += Vector<float>.Count;
        }
        for (var i = start; i < data.Length; i++)
        {
            if (!float.IsFinite(data[i]))
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>The size of the largest number, its sign left out; 0 where there are none.</summary>
    internal static float Largest(ReadOnlySpan<float> data)
    {
        var blocks = MemoryMarshal.Cast<float, Vector<float>>(data);
        var sizes = Vector<float>.Zero;
        foreach (var block in blocks)
        {
            sizes = Vector.Max(sizes, Vector.Abs(block));
        }
        var largest = 0f;
        for (var i = 0; i < Vector<float>.Count; i++)
        {
            largest = Math.Max(largest, sizes[i]);
        }
        foreach (var number in data[(blocks.Length * Vector<float>.Count)..])
        {
            largest = Math.Max(largest, Math.Abs(number));
        }
        return largest;
    }

    private static ArgumentException NotFinite(float value, int place, string name, int length, int features, bool hasSteps)
    {
        var (sample, step, feature) = (place / length, place % length / features, place % features);
        var where = hasSteps ? $"sample {sample}, step {step}, feature {feature}" : $"sample {sample}, feature {feature}";
        return new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}[{place}] is {value}: the model can take numbers alone. Remove or replace it, or mask its time step. It is {where}; "
                    + $"allowNonFinite: true computes with it all the same."),
            name);
    }

    /// <summary>How many numbers a step has, or a sample without steps; 0 where a length is not known.</summary>
    internal static long Features(Shape input)
    {
        var features = 1L;
        for (var axis = input.Rank == 2 ? 1 : 2; axis < input.Rank; axis++)
        {
            features *= input[axis] ?? 0;
        }
        return features;
    }

    /// <summary>How many time steps each sample has, 1 where the model has none; throws where the numbers do not fill them.</summary>
    /// <exception cref="ShapeMismatchException">They do not fill the samples.</exception>
    internal static int Steps(Shape input, bool hasSteps, long features, int count, int samples)
    {
        var steps = features == 0 ? 0 : count / samples / features;
        if (features == 0 || input.Rank < 2 || count == 0 || steps * features * samples != count
            || (!hasSteps && steps != 1) || (hasSteps && input[1] is { } known && known != steps))
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The model takes {input}, which {count} numbers for {samples} samples do not fill. Give samples · "
                        + $"{(hasSteps ? "time steps · " : "")}features numbers."),
                input.ToString(),
                One(count));
        }
        return (int)steps;
    }

    /// <summary>Throws where there is not room for just the predictions.</summary>
    internal static void Room(int room, long length, int samples)
    {
        if (room != length)
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The predictions of {samples} samples have {length} numbers, but there is room for {room}. Give y that length."),
                One(length),
                One(room));
        }
    }

    /// <summary>Throws where there is not room for just a stream's output.</summary>
    internal static void StepRoom(int room, int length)
    {
        if (room != length)
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A stream's output after a step has {length} numbers, but there is room for {room}. Give it a span of OutputLength "
                        + $"numbers."),
                One(length),
                One(room));
        }
    }

    /// <summary>Throws unless there is a length for each sample, of 0 to the time steps.</summary>
    internal static void Lengths(ReadOnlySpan<int> lengths, long samples, long steps, string name = "lengths")
    {
        if (lengths.Length != samples)
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{name} has {lengths.Length} lengths for {samples} samples. Give one for each."),
                One(samples),
                One(lengths.Length));
        }
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] < 0 || lengths[i] > steps)
            {
                throw new ArgumentOutOfRangeException(
                    name,
                    lengths[i],
                    string.Create(
                        CultureInfo.InvariantCulture, $"{name}[{i}] is {lengths[i]}; expected 0 to {steps}, the time steps of x."));
            }
        }
    }

    private static string One(long length) => string.Create(CultureInfo.InvariantCulture, $"({length},)");
}
