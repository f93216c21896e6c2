using EchoLstm.Layers;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>What <c>Compile</c> set.</summary>
internal sealed class Compilation
{
    private bool _isAdvised;

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

    /// <summary>What is unsound about the loss, at the first fit; nothing at later ones.</summary>
    internal IReadOnlyList<string> AdviceOnce(Layer model, Tensor targets)
    {
        if (_isAdvised)
        {
            return [];
        }
        _isAdvised = true;
        return LossAdvice.Of(Loss, model, targets);
    }

    internal Loss Loss { get; }

    internal Optimizer Optimizer { get; }

    internal IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The names of the figures that an engine measures: the loss, then the metrics.</summary>
    internal IReadOnlyList<string> Names { get; }
}
