namespace EchoLstm.Training;

/// <summary>What <c>Compile</c> set.</summary>
internal sealed class Compilation
{
    internal Compilation(Loss loss, Optimizer optimizer, IReadOnlyList<Metric> metrics)
    {
        optimizer.CheckClipping();
        Loss = loss;
        Optimizer = optimizer;
        Metrics = metrics;
        Names = [FigureNames.Loss, .. metrics.Select(metric => metric.Name)];
        if (Names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } doubled)
        {
            throw new ArgumentException($"Two figures are named '{doubled.Key}'. Give each metric a name of its own, other than '{FigureNames.Loss}'.", nameof(metrics));
        }
    }

    internal Loss Loss { get; }

    internal Optimizer Optimizer { get; }

    internal IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The names of the figures that an engine measures: the loss, then the metrics.</summary>
    internal IReadOnlyList<string> Names { get; }
}
