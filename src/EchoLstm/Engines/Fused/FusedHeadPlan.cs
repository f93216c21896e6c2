using EchoLstm.Kernels;
using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>What one output is measured by, in loops.</summary>
/// <param name="Head">What it is compiled with.</param>
/// <param name="Loss">The loss's loop.</param>
/// <param name="Metrics">The metrics.</param>
internal sealed record FusedHeadPlan(Head Head, FusedLossKind Loss, FusedMetricPart[] Metrics)
{
    /// <summary>Finds the loops; null, with the reason, where there are none.</summary>
    internal static FusedHeadPlan? TryCreate(Head head, int units, ref int place, out string? reason)
    {
        if (head.Loss.Fused is not { } loss)
        {
            reason = $"the loss {head.Loss.Name} has no fused form";
            return null;
        }
        var metrics = new List<FusedMetricPart>();
        foreach (var metric in head.Metrics)
        {
            var (kind, rows) = ((metric as MeanMetric)?.FusedFor(units, head.Loss.TakesClassIndices), metric as RowMetric);
            if (kind is null && rows is null)
            {
                reason = $"the metric {metric.Name} has no fused form";
                return null;
            }
            var isWeighted = metrics.Count >= head.FirstWeighted;
            metrics.Add(new FusedMetricPart(kind ?? default, rows, place, metric.SumsFor(units), isWeighted));
            place += metrics[^1].Count;
        }
        reason = null;
        return new FusedHeadPlan(head, loss, [.. metrics]);
    }
}

/// <summary>A metric, and where its sums lie.</summary>
/// <param name="Kind">Its loop.</param>
/// <param name="Rows">What takes rows instead; null where there is a loop.</param>
/// <param name="Place">Where its first sum is, behind the loss.</param>
/// <param name="Count">How many it has.</param>
/// <param name="IsWeighted">Whether sample weights weigh it.</param>
internal readonly record struct FusedMetricPart(FusedMetricKind Kind, RowMetric? Rows, int Place, int Count, bool IsWeighted);
