using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Whether targets of the output's shape are classes: 0 or 1 where there is one unit, else one-hot or other shares of 1.</summary>
internal static class ClassTargets
{
    private const double Tolerance = 1e-3;

    // How far label smoothing moves a class.
    private const double Smoothing = 0.2;

    /// <summary>The first target that is no class; null where all are.</summary>
    /// <param name="targets">The targets, (samples, ..., units).</param>
    /// <param name="counted">Which of them count, of the same shape.</param>
    /// <param name="allowsShares">Whether rows that sum to 1 are classes too.</param>
    /// <param name="name">What the targets are called.</param>
    internal static (string Place, double Value)? FirstOther(Tensor targets, Tensor counted, bool allowsShares, string name = "y")
    {
        var numbers = targets.to(ScalarType.Float64);
        var other = numbers.Differs(0).logical_and(numbers.Differs(1)).logical_and(counted);
        if (allowsShares)
        {
            // A row of one repeated number is padding.
            var isPadding = numbers.amax([-1], true).eq(numbers.amin([-1], true));
            var sumsToOne = numbers.sum(-1, keepdim: true).Plus(-1).abs().Above(Tolerance).logical_not();
            var isShare = sumsToOne.logical_and(numbers.negative().Above(0).any(-1, true).logical_not());
            other = other.logical_and(isPadding.logical_or(isShare).logical_not());
        }
        return SampleCheck.FirstOrNone(targets, other, name);
    }

    /// <summary>Throws where class weights are given for targets that are no classes.</summary>
    internal static void CheckWeighted(Tensor targets, Loss loss)
    {
        if (loss.Expects is not null || targets.dim() < 2)
        {
            return;
        }
        using var scope = NewDisposeScope();
        var isOne = targets.shape[^1] == 1;
        if (FirstOther(targets, ones_like(targets, ScalarType.Bool), allowsShares: !isOne) is not var (place, value)
            || (isOne && IsSmoothed(targets)))
        {
            return;
        }
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture,
                $"classWeight weights classes, but {place} is {value}, which is no class{(isOne ? " (0 or 1)" : " (rows of 0 and 1)")}. ")
                + "Weight the samples of a regression with sampleWeight.",
            "classWeight");
    }

    // Two labels at most, each near its class.
    private static bool IsSmoothed(Tensor targets)
    {
        var numbers = targets.to(ScalarType.Float64);
        var nearest = numbers.Within(0, 1).round();
        return !(numbers - nearest).abs().Above(Smoothing).any().item<bool>() && numbers.unique().output.shape[0] <= 2;
    }
}
