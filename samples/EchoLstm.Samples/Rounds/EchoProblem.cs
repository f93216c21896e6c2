using EchoLstm.Data;

namespace EchoLstm.Samples.Rounds;

/// <summary>The echo of random integers: a sequence is cut into windows, and the oldest integers of each are its target.</summary>
/// <param name="StepsIn">The integers of a window.</param>
/// <param name="StepsOut">How many of them are echoed.</param>
/// <param name="Length">The integers of a sequence.</param>
/// <param name="Classes">How many different integers there are.</param>
internal sealed record EchoProblem(int StepsIn = 5, int StepsOut = 5, int Length = 25, int Classes = 100)
{
    internal int Windows => Length - StepsIn + 1;

    /// <summary>The next sequence, one-hot encoded and framed.</summary>
    internal Round Next(RandomSequence source)
    {
        var (x, y) = SupervisedFrames.RandomEcho(source, StepsIn, StepsOut, Length, Classes);
        return new Round(x, y, OneHot.Decode(y));
    }
}
