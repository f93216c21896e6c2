using EchoLstm.Layers;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>What <c>Compile</c> set.</summary>
internal sealed class Compilation
{
    /// <summary>Keras's name of the loss in logs and history.</summary>
    internal const string LossName = "loss";

    private bool _isAdvised;

    /// <param name="loss">The loss.</param>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="metrics">The metrics that weigh all alike.</param>
    /// <param name="weightedMetrics">Those that sample weights weigh.</param>
    internal Compilation(
        Loss loss, Optimizer optimizer, IReadOnlyList<Metric> metrics, IReadOnlyList<Metric>? weightedMetrics = null)
    {
        optimizer.CheckClipping();
        Loss = loss;
        Optimizer = optimizer;
        FirstWeighted = metrics.Count;
        Metrics = [.. metrics, .. weightedMetrics ?? []];
        List<string> names = [LossName, .. metrics.Select(metric => metric.Name)];
        // As in Keras, the name alone where that is free.
        names.AddRange((weightedMetrics ?? []).Select(metric => names.Contains(metric.Name) ? $"weighted_{metric.Name}" : metric.Name));
        Names = names;
        if (Names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } doubled)
        {
            throw new ArgumentException(
                $"Two metrics are named '{doubled.Key}'. Give each metric a name of its own, other than '{LossName}'.",
                nameof(metrics));
        }
    }

    /// <summary>What is unsound about the fit, at the first one; nothing at later ones.</summary>
    internal IReadOnlyList<string> AdviceOnce(Layer model, Tensor inputs, Tensor targets, Tensor? weights, Tensor? mask)
    {
        if (_isAdvised)
        {
            return [];
        }
        _isAdvised = true;
        return FitAdvice.Of(this, model, inputs, targets, weights, mask);
    }

    internal Loss Loss { get; }

    internal Optimizer Optimizer { get; }

    /// <summary>All metrics, the weighted ones last.</summary>
    internal IReadOnlyList<Metric> Metrics { get; }

    /// <summary>How many metrics weigh all alike.</summary>
    internal int FirstWeighted { get; }

    /// <summary>Whether sample weights weigh any metric.</summary>
    internal bool HasWeightedMetrics => FirstWeighted < Metrics.Count;

    /// <summary>The names of what an engine measures: the loss, then the metrics.</summary>
    internal IReadOnlyList<string> Names { get; }
}
