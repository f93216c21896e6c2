using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>What is unsound about a fit although it runs: each warning has what was seen and where, why it hurts, and the line to
/// write.</summary>
internal static class FitAdvice
{
    // Far into either end of any activation.
    private const double Far = 1e4;
    private const double Rounding = 1e-3;

    /// <summary>All warnings but those of <see cref="ScaleAdvice"/>, for data in the model's type; none for what is sound.</summary>
    internal static IReadOnlyList<string> Of(
        Compilation compilation, Layer model, Tensor inputs, Tensor targets, Tensor? weights, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var loss = compilation.Loss;
        mask = model.FirstMask(inputs) is { } first ? StepMasks.Both(first, mask) : mask;
        List<string> warnings =
        [
            .. LossAdvice.Of(loss, model, targets),
            .. MetricAdvice.Of(loss, compilation.Metrics, targets),
            .. OfWeights(weights),
        ];
        if (!loss.TakesClassIndices && CountedTargets.Of(model, targets, weights, mask) is { } counted)
        {
            if (loss.Expects is { TargetsSumToOne: true })
            {
                counted = counted.logical_and(targets.amax([-1], true).ne(targets.amin([-1], true))); // a row of one number is padding
            }
            warnings.AddRange(OfRange(loss, model, targets, counted));
            warnings.AddRange(OfAccuracy(compilation.Metrics, targets, counted));
            warnings.AddRange(OfPercentages(compilation, targets, counted));
        }
        return warnings;
    }

    private static IEnumerable<string> OfRange(Loss loss, Layer model, Tensor targets, Tensor counted)
    {
        if (!loss.IsBuiltIn || loss.Expects is { FromLogits: true } || Range(model) is not var (activation, (low, high)))
        {
            return [];
        }
        var margin = Rounding * Math.Max(1, Math.Abs(low));
        var outside = targets.Above(high + margin).logical_or(targets.negative().Above(-low + margin)).logical_and(counted);
        if (SampleCheck.FirstOrNone(targets, outside, "y") is not var (place, value))
        {
            return [];
        }
        var ends = double.IsPositiveInfinity(high) ? $"no less than {Text(low)}" : $"{Text(low)} to {Text(high)}";
        return [
            $"The model's last layer has {Article(activation)}, which gives {ends}, but {place} is {Text(value)}, which it can't reach. "
                + "Training runs, but the loss stays high whatever is learned. Scale the targets into that range, "
                + $"new MinMaxScaler{(low < 0 ? "(-1, 1)" : "()")}.{ScaleAdvice.Fitted(targets, "y")}.Transform(y), or give the last layer "
                + "no activation, Activation.Linear."];
    }

    private static IEnumerable<string> OfWeights(Tensor? weights)
    {
        if (weights is null)
        {
            return [];
        }
        if (SampleCheck.FirstOrNone(weights, weights.negative().Above(0), "sampleWeight") is var (place, value))
        {
            return
            [
                $"{place} is {Text(value)}: what is below 0 counts the other way round, so that training moves away from its target. Give "
                    + "weights of at least 0; 0 leaves a sample or step out.",
            ];
        }
        return weights.Above(0).any().item<bool>() ? []
            : ["Every weight in sampleWeight is 0: nothing counts, and nothing is learned. Give what shall count a weight above 0."];
    }

    private static IEnumerable<string> OfPercentages(Compilation compilation, Tensor targets, Tensor counted)
    {
        const string Name = "mean_absolute_percentage_error";
        if (compilation.Loss.Name != Name && compilation.Metrics.All(metric => metric.Name != Name))
        {
            return [];
        }
        using Scalar zero = 0;
        return SampleCheck.FirstOrNone(targets, targets.eq(zero).logical_and(counted), "y") is not var (place, _) ? []
            :
            [
                $"{place} is 0, and {Name} divides by it, or by 1e-7: one such target outweighs all others. Take another measure, such as "
                    + "MeanAbsoluteError or Huber, or leave it out with a sampleWeight of 0.",
            ];
    }

    private static IEnumerable<string> OfAccuracy(IReadOnlyList<Metric> metrics, Tensor targets, Tensor counted)
    {
        if (metrics.FirstOrDefault(metric => metric is Accuracy or HitRate or F1Score or AreaUnderCurve or TopK) is not { } ofClasses)
        {
            return [];
        }
        return ClassTargets.FirstOther(targets, counted, allowsShares: targets.shape[^1] > 1) is not var (place, value) ? []
            : [
                $"The metric {ofClasses.Name} counts outputs that are of the target's class, but {place} is {Text(value)}, which is no "
                    + "class: the number means nothing for a regression. Measure it by Metric.MeanAbsoluteError()."];
    }

    /// <summary>The activation that the output is of, and the least and the largest that it gives; null where that is not known.</summary>
    internal static (Activation Activation, (double Low, double High) Range)? Range(Layer model)
    {
        if (model.OutputActivation is not { } activation)
        {
            return null;
        }
        using var scope = NewDisposeScope();
        // A softmax of one number is 1; beside another it is what the others leave.
        var ends = activation.Apply(activation == Activation.Softmax
            ? tensor([-Far, Far], ScalarType.Float64)
            : linspace(-Far, Far, 2 * (int)Far * 4 + 1, dtype: ScalarType.Float64));
        var (low, high) = (ends.min().item<double>(), ends.max().item<double>());
        const double Endless = Far * Rounding;
        return (activation, (low <= -Endless ? double.NegativeInfinity : low, high >= Endless ? double.PositiveInfinity : high));
    }

    private static string Article(Activation activation)
    {
        var name = activation.ToString().ToLowerInvariant();
        return "aeiou".Contains(name[0], StringComparison.Ordinal) ? $"an {name}" : $"a {name}";
    }

    internal static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
