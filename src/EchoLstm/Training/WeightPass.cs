using System.Numerics;

namespace EchoLstm.Training;

/// <summary>What an optimiser does to each number of a parameter; the formula stands at the optimiser.</summary>
internal interface IUpdateRule
{
    /// <summary>The weights after the step.</summary>
    /// <param name="weights">The weights before it.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="first">The first number that the optimiser remembers of each weight; of those that it does not use, 0.</param>
    /// <param name="second">The second.</param>
    /// <param name="third">The third.</param>
    Vector<float> Move(Vector<float> weights, Vector<float> gradients, ref Vector<float> first, ref Vector<float> second, ref Vector<float> third);
}

/// <summary>Where as many weights lie as gradients and remembered numbers; a remembered number that is not used is null.</summary>
internal readonly unsafe struct WeightMemory(float* weights, float* gradients, float* first, float* second, float* third, int count)
{
    internal readonly float* Weights = weights;
    internal readonly float* Gradients = gradients;
    internal readonly float* First = first;
    internal readonly float* Second = second;
    internal readonly float* Third = third;
    internal readonly int Count = count;
}

/// <summary>An optimiser's step in one pass over the memory, at any length.</summary>
internal static unsafe class WeightPass
{
    /// <summary>Moves the weights by their gradients.</summary>
    internal static void Run<TRule>(in TRule rule, in WeightMemory memory)
        where TRule : struct, IUpdateRule
    {
        var width = Vector<float>.Count;
        var whole = memory.Count - (memory.Count % width);
        for (var k = 0; k < whole; k += width)
        {
            Step(rule, memory, k);
        }
        if (whole == memory.Count)
        {
            return;
        }

        // The numbers after the last whole vector take the same step on a copy, padded with zeros that nobody reads.
        var rest = memory.Count - whole;
        var copy = stackalloc float[Parts * width];
        new Span<float>(copy, Parts * width).Clear();
        var padded = new WeightMemory(copy, copy + width, copy + (2 * width), copy + (3 * width), copy + (4 * width), width);
        Copy(memory, whole, padded, 0, rest);
        Step(rule, padded, 0);
        Copy(padded, 0, memory, whole, rest);
    }

    private const int Parts = 5;

    private static void Step<TRule>(in TRule rule, in WeightMemory at, int k)
        where TRule : struct, IUpdateRule
    {
        var first = at.First is null ? Vector<float>.Zero : Vector.Load(at.First + k);
        var second = at.Second is null ? Vector<float>.Zero : Vector.Load(at.Second + k);
        var third = at.Third is null ? Vector<float>.Zero : Vector.Load(at.Third + k);
        rule.Move(Vector.Load(at.Weights + k), Vector.Load(at.Gradients + k), ref first, ref second, ref third).Store(at.Weights + k);
        if (at.First is not null)
        {
            first.Store(at.First + k);
        }
        if (at.Second is not null)
        {
            second.Store(at.Second + k);
        }
        if (at.Third is not null)
        {
            third.Store(at.Third + k);
        }
    }

    private static void Copy(in WeightMemory from, int start, in WeightMemory to, int target, int count)
    {
        Copy(from.Weights, start, to.Weights, target, count);
        Copy(from.Gradients, start, to.Gradients, target, count);
        Copy(from.First, start, to.First, target, count);
        Copy(from.Second, start, to.Second, target, count);
        Copy(from.Third, start, to.Third, target, count);
    }

    private static void Copy(float* from, int start, float* to, int target, int count)
    {
        if (from is not null && to is not null)
        {
            new ReadOnlySpan<float>(from + start, count).CopyTo(new Span<float>(to + target, count));
        }
    }
}
