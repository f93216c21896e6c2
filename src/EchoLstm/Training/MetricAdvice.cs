using EchoLstm.Layers;

namespace EchoLstm.Training;

/// <summary>Metrics that can be computed but do not say what their name does.</summary>
internal static class MetricAdvice
{
    private const double Middle = 0.5;

    /// <summary>The warnings for a loss and the metrics beside it.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="length">The length of the output's last axis.</param>
    internal static IEnumerable<string> Of(Loss loss, IReadOnlyList<Metric> metrics, Tensor targets, Func<long?> length)
    {
        var isOne = !loss.TakesClassIndices && targets.shape[^1] == 1;
        if (loss.Expects is { FromLogits: true } expects
            && metrics.FirstOrDefault(metric => TakesProbabilities(metric, isOne)) is { } metric)
        {
            var other = metric switch
            {
                AreaUnderCurve => ", or write Metric.Auc(fromLogits: true)",
                HitRate or F1Score when isOne => ", or give the metric threshold: 0",
                _ => "",
            };
            yield return $"The metric {metric.Name} takes the outputs for probabilities, but with fromLogits: true they are none, and "
                + $"their middle is 0 instead of 0.5: the number misleads. Give the last Dense Activation.{expects.Activation} and leave "
                + $"fromLogits out{other}.";
        }
        if (metrics.OfType<TopK>().FirstOrDefault() is { } top && length() is { } units && top.K >= units)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The metric {top.Name} looks for the class among the {top.K} largest of {units} outputs, where it always is: "
                    + $"it is 1 whatever is learned. Choose k below {units}.");
        }
    }

    // A largest output is the same of logits.
    private static bool TakesProbabilities(Metric metric, bool isOne) => metric switch
    {
        Accuracy => isOne,
        HitRate { Threshold: Middle } or F1Score { Threshold: Middle } => true,
        F1Score { Threshold: null } => isOne,
        AreaUnderCurve { FromLogits: false } => true,
        _ => false,
    };
}
