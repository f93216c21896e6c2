using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>
/// Means over samples and time steps as Keras takes them: masked steps count neither above nor below the line, sample weights above it
/// alone. Results are in the caller's dispose scope.
/// </summary>
internal static class StepMeans
{
    /// <summary>The mean of numbers that there is one of for each sample or step.</summary>
    /// <param name="each">The numbers, (samples), (samples, time steps), ...</param>
    /// <param name="mask">Which of them count, of the same first axes; null: all.</param>
    /// <param name="weights">Their weights, of the same first axes; null: 1.</param>
    /// <param name="name">What the numbers are, for errors.</param>
    internal static Tensor Of(Tensor each, Tensor? mask, Tensor? weights, string name)
    {
        if (mask is null && weights is null)
        {
            return each.mean();
        }
        if (weights is not null)
        {
            each *= Fitted(weights, each, name, "sample weights");
        }
        if (mask is null)
        {
            return each.mean();
        }
        var used = Fitted(mask, each, name, "a mask").to(each.dtype);
        return (each * used).sum() / used.expand_as(each).sum().Within(1, double.PositiveInfinity);
    }

    /// <summary>The sum of weighted numbers, and that of the weights.</summary>
    internal static (double Numbers, double Weights) Sums(Tensor each, Tensor? mask, Tensor weights, string name)
    {
        using var scope = NewDisposeScope();
        var counts = Fitted(SampleWeights.Product(weights, mask?.to(weights.dtype)), each, name, "sample weights").expand_as(each);
        return ((each * counts).sum().Number(), counts.sum().Number());
    }

    /// <summary>With axes of length 1 appended, so that it meets each number.</summary>
    private static Tensor Fitted(Tensor weights, Tensor each, string name, string what)
    {
        if (each.dim() < weights.dim() || !each.shape.AsSpan(0, (int)weights.dim()).SequenceEqual(weights.shape))
        {
            throw new InvalidOperationException(
                $"{name} gives numbers of shape {Shape.Of(each)}, but {what} of shape {Shape.Of(weights)} need one for each of theirs. "
                    + "Return one number for each sample and time step, not their mean.");
        }
        return weights.reshape([.. weights.shape, .. Enumerable.Repeat(1L, (int)(each.dim() - weights.dim()))]);
    }
}
