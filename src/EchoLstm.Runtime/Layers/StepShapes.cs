namespace EchoLstm.Layers;

/// <summary>What layers say of input that is no sequence of vectors.</summary>
internal static class StepShapes
{
    private const string Expected = "(samples, time steps, features)";

    /// <summary>Throws unless the shape is (samples, time steps, features).</summary>
    internal static void CheckRank(Shape input, string title)
    {
        if (input.Rank == 3)
        {
            return;
        }
        var hint = input.Rank > 3
            ? "Wrap it in TimeDistributed to run it for each step of a longer shape."
            : "Reshape single numbers a step to (samples, time steps, 1); after a recurrent layer, give that one returnSequences: true.";
        throw new ShapeMismatchException(
            $"{title} expects input of rank 3 {Expected} but received {input}. {hint}", Expected, input.ToString());
    }

    /// <summary>As <see cref="CheckRank"/>, with at least one time step.</summary>
    internal static void Check(Shape input, string title, string verb)
    {
        CheckRank(input, title);
        if (input[1] == 0)
        {
            throw new ShapeMismatchException(
                $"{title} {verb} time steps, so it expects at least 1 but received {input}. Leave out samples that have no steps.",
                Expected,
                input.ToString());
        }
    }
}
