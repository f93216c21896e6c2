using EchoLstm.Layers;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>What <c>Compile</c> set.</summary>
internal sealed class Compilation
{
    /// <summary>Keras's name of the loss in logs and history.</summary>
    internal const string LossName = "loss";

    private bool _isAdvised;

    internal Compilation(Loss loss, Optimizer optimizer, IReadOnlyList<Metric> metrics)
    {
        optimizer.CheckClipping();
        Loss = loss;
        Optimizer = optimizer;
        Metrics = metrics;
        Names = [LossName, .. metrics.Select(metric => metric.Name)];
        if (Names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } doubled)
        {
            throw new ArgumentException(
                $"Two metrics are named '{doubled.Key}'. Give each metric a name of its own, other than '{LossName}'.",
                nameof(metrics));
        }
    }

    /// <summary>What is unsound about the fit, at the first one; nothing at later ones.</summary>
    internal IReadOnlyList<string> AdviceOnce(Layer model, Tensor inputs, Tensor targets, Tensor? weights)
    {
        if (_isAdvised)
        {
            return [];
        }
        _isAdvised = true;
        return FitAdvice.Of(this, model, inputs, targets, weights);
    }

    internal Loss Loss { get; }

    internal Optimizer Optimizer { get; }

    internal IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The names of what an engine measures: the loss, then the metrics.</summary>
    internal IReadOnlyList<string> Names { get; }
}
