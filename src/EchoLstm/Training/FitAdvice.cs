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
    /// <param name="head">The loss and the metrics of an output.</param>
    /// <param name="maker">The layer that makes it, or the model.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="weights">The weights of samples or steps; null for none.</param>
    /// <param name="counting">Which numbers of the targets count; null where that is not known.</param>
    /// <param name="length">The length of the output's last axis.</param>
    /// <param name="name">What the targets are called.</param>
    /// <param name="owner">What the layer is called.</param>
    internal static IReadOnlyList<string> Of(
        Head head,
        Layer maker,
        Tensor targets,
        Tensor? weights,
        Func<Tensor?> counting,
        Func<long?> length,
        string name,
        string owner)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var loss = head.Loss;
        List<string> warnings =
        [
            .. LossAdvice.Of(loss, maker, targets, name),
            .. MetricAdvice.Of(loss, head.Metrics, targets, length),
            .. OfWeights(weights),
        ];
        if (!loss.TakesClassIndices && counting() is { } counted)
        {
            if (loss.Expects is { TargetsSumToOne: true })
            {
                counted = counted.logical_and(targets.amax([-1], true).ne(targets.amin([-1], true))); // a row of one number is padding
            }
            warnings.AddRange(OfRange(loss, maker, targets, counted, name, owner));
            warnings.AddRange(OfAccuracy(head.Metrics, targets, counted, name));
            warnings.AddRange(OfPercentages(head, targets, counted, name));
            warnings.AddRange(OfLogarithms(head, targets, counted, name));
        }
        return warnings;
    }

    private static IEnumerable<string> OfRange(
        Loss loss, Layer maker, Tensor targets, Tensor counted, string name, string owner)
    {
        if (!loss.IsBuiltIn || loss.Expects is { FromLogits: true } || Range(maker) is not var (activation, (low, high)))
        {
            return [];
        }
        var margin = Rounding * Math.Max(1, Math.Abs(low));
        var outside = targets.Above(high + margin).logical_or(targets.negative().Above(-low + margin)).logical_and(counted);
        if (SampleCheck.FirstOrNone(targets, outside, name) is not var (place, value))
        {
            return [];
        }
        var ends = double.IsPositiveInfinity(high) ? $"no less than {Text(low)}" : $"{Text(low)} to {Text(high)}";
        return [
            $"{owner} has {Article(activation)}, which gives {ends}, but {place} is {Text(value)}, which it can't reach. "
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

    private static IEnumerable<string> OfPercentages(Head head, Tensor targets, Tensor counted, string name)
    {
        const string Name = "mean_absolute_percentage_error";
        if (!IsMeasured(head, Name))
        {
            return [];
        }
        using Scalar zero = 0;
        return SampleCheck.FirstOrNone(targets, targets.eq(zero).logical_and(counted), name) is not var (place, _) ? []
            :
            [
                $"{place} is 0, and {Name} divides by it, or by 1e-7: one such target outweighs all others. Take another measure, such as "
                    + "MeanAbsoluteError or Huber, or leave it out with a sampleWeight of 0.",
            ];
    }

    private static IEnumerable<string> OfLogarithms(Head head, Tensor targets, Tensor counted, string name)
    {
        const string Name = "mean_squared_logarithmic_error";
        return !IsMeasured(head, Name)
            || SampleCheck.FirstOrNone(targets, targets.negative().Above(0).logical_and(counted), name) is not var (place, value) ? []
            :
            [
                $"{place} is {Text(value)}, and {Name} takes what is below 0 for 0: nothing is learned of how far below it is. Take "
                    + "another measure, such as MeanSquaredError or Huber.",
            ];
    }

    private static bool IsMeasured(Head head, string name) =>
        head.Loss.Name == name || head.Metrics.Any(metric => metric.Name == name);

    private static IEnumerable<string> OfAccuracy(IReadOnlyList<Metric> metrics, Tensor targets, Tensor counted, string name)
    {
        if (metrics.FirstOrDefault(metric => metric is Accuracy or HitRate or F1Score or AreaUnderCurve or TopK) is not { } ofClasses)
        {
            return [];
        }
        return ClassTargets.FirstOther(targets, counted, allowsShares: targets.shape[^1] > 1, name) is not var (place, value) ? []
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
        return (activation, (low <= -Endless ? double.NegativeInfinity : End(low), high >= Endless ? double.PositiveInfinity : End(high)));

        // Some come near their ends alone, and one of the smallest numbers below 0 is 0.
        static double End(double value) => Math.Round(value, 3) + 0.0;
    }

    private static string Article(Activation activation)
    {
        var name = activation.ToString().ToLowerInvariant();
        return "aeiou".Contains(name[0], StringComparison.Ordinal) ? $"an {name}" : $"a {name}";
    }

    internal static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
