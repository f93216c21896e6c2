using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>What is unsound about a loss for a model and its targets, although it can be computed.</summary>
internal static class LossAdvice
{
    // Rounding over many classes is far below it.
    private const double Tolerance = 1e-3;

    /// <summary>At most one warning, which names every fault.</summary>
    internal static IReadOnlyList<string> Of(Loss loss, Layer model, Tensor targets, string name)
    {
        if (loss.Expects is not { } expects)
        {
            return [];
        }
        List<string> faults = [.. OutputFault(expects, model), .. expects.TargetsSumToOne ? TargetFault(targets, name) : []];
        return faults.Count == 0
            ? []
            :
            [
                $"{loss.Name} compares probabilities, but {string.Join(", and ", faults)}. Training runs, but a lower loss need not be a "
                    + $"better prediction. {Mend(expects)}",
            ];
    }

    private static IEnumerable<string> OutputFault(ExpectedOutput expects, Layer model)
    {
        var name = expects.Activation.ToString().ToLowerInvariant();
        var isThere = model.EndsIn(expects.Activation);
        if (expects.FromLogits && isThere == true)
        {
            yield return $"the model's last layer has a {name} of its own, to which fromLogits adds another";
        }
        else if (!expects.FromLogits && isThere == false && !(expects.Activation == Activation.Sigmoid
            && (model.EndsIn(Activation.Softmax) == true || model.EndsIn(Activation.HardSigmoid) == true
                || model.EndsIn(Activation.HardSigmoidKeras3) == true)))
        {
            yield return $"the model's last layer has no {name}";
        }
    }

    private static IEnumerable<string> TargetFault(Tensor targets, string name)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var sums = targets.sum(-1);
        // A row of one repeated number is padding: no class of it stands out.
        var isPadding = targets.amax([-1]).eq(targets.amin([-1]));
        var wrong = sums.Plus(-1).abs().Above(Tolerance).logical_and(isPadding.logical_not()).nonzero();
        if (wrong.shape[0] == 0)
        {
            return [];
        }
        var index = wrong[0].data<long>().ToArray();
        var sum = sums[[.. index.Select(i => TensorIndex.Single(i))]].Number();
        return [string.Create(
            CultureInfo.InvariantCulture,
            $"{name}[{string.Join(", ", index)}] sums to {sum:0.####} over the classes, not to 1")];
    }

    private static string Mend(ExpectedOutput expects) => expects switch
    {
        { FromLogits: true } => "Leave out one of the two.",
        { TargetsSumToOne: true } =>
            "Give the last Dense Activation.Softmax and targets that sum to 1, such as one-hot ones; for numbers that are no probabilities "
                + "use Loss.MeanSquaredError().",
        { Activation: Activation.Sigmoid } => "Give the last Dense Activation.Sigmoid, or pass fromLogits: true.",
        _ => "Give the last Dense Activation.Softmax, or pass fromLogits: true.",
    };
}

/// <summary>What a loss of probabilities takes the output and the targets for.</summary>
/// <param name="Activation">What makes numbers probabilities.</param>
/// <param name="FromLogits">Whether the loss applies it itself.</param>
/// <param name="TargetsSumToOne">Whether the targets are shares of all classes.</param>
internal readonly record struct ExpectedOutput(Activation Activation, bool FromLogits, bool TargetsSumToOne = false);
