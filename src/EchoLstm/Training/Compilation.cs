using EchoLstm.Layers;

namespace EchoLstm.Training;

/// <summary>What <c>Compile</c> set.</summary>
internal sealed class Compilation
{
    /// <summary>Keras's name of the loss in logs and history.</summary>
    internal const string LossName = "loss";

    private bool _isAdvised;
    private ScaleAdvice? _scale;

    /// <summary>For outputs that each have a loss and metrics of their own; the total is the weighted sum, as in Keras.</summary>
    internal Compilation(IReadOnlyList<string> outputs, IReadOnlyList<Head> heads, Optimizer optimizer)
    {
        optimizer.CheckClipping();
        (Loss, Optimizer, Heads) = (heads[0].Loss, optimizer, heads);
        Metrics = [.. Enumerable.Range(0, HeadLosses).Select(_ => new HeadLoss()), .. heads.SelectMany(head => head.Metrics)];
        FirstWeighted = heads.Count == 1 ? heads[0].FirstWeighted : Metrics.Count;
        HasWeightedMetrics = heads.Any(head => head.HasWeightedMetrics);
        Names = heads.Count == 1
            ? [LossName, .. heads[0].MetricNames()]
            :
            [
                LossName,
                .. outputs.Select(output => $"{output}_{LossName}"),
                .. heads.SelectMany((head, i) => head.MetricNames().Select(name => $"{outputs[i]}_{name}")),
            ];
        if (Names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } doubled)
        {
            throw new ArgumentException(
                $"Two metrics are named '{doubled.Key}'. Give each metric a name of its own, other than '{LossName}'.",
                "metrics");
        }
    }

    /// <summary>What is unsound about the fit, at the first one; nothing at later ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="makers">The layers that make the outputs.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="targets">Its targets.</param>
    /// <param name="weights">Those of the targets.</param>
    /// <param name="masks">Those of the inputs.</param>
    /// <param name="length">The length of an output's last axis.</param>
    internal IReadOnlyList<string> AdviceOnce(
        Layer model,
        IReadOnlyList<Layer> makers,
        Tensor[] inputs,
        Tensor[] targets,
        Tensor?[] weights,
        Tensor?[] masks,
        Func<int, long?> length)
    {
        if (_isAdvised)
        {
            return [];
        }
        _isAdvised = true;
        if (Nesting.Parameters(model).Any() && !Nesting.Parameters(model).Any(parameter => parameter.requires_grad))
        {
            return
            [
                "No weight is trained: Trainable is false for every layer that has any, so the fit changes nothing that is learned. Set "
                    + "Trainable = true for the layers that shall learn.",
            ];
        }
        if (inputs.Length + targets.Length > 2)
        {
            using var scope = NewDisposeScope();
            using var withoutGradients = no_grad();
            // Which given masks reach which output is known when the model has run.
            var isMasked = Array.Exists(masks, mask => mask is not null);
            return
            [
                .. Heads.SelectMany((head, i) => FitAdvice.Of(
                    head, makers[i], targets[i], weights[i], () => Counted(i), () => length(i), Name("y", i), makers[i].Title)),
                .. Heads.SelectMany((head, i) => new ScaleAdvice(head.Loss, model, makers[i]).OfTargets(
                    targets[i], () => Counted(i), Name("y", i))),
                .. inputs.SelectMany((input, i) =>
                    isMasked || !model.ReadsScaleOf(i) ? [] : ScaleAdvice.OfInputs(input, null, Name("x", i))),
            ];

            Tensor? Counted(int place) => isMasked ? null : CountedTargets.Of(model, targets[place], weights[place], null);
        }
        _scale = new ScaleAdvice(Loss, model, makers[0]);
        return
        [
            .. FitAdvice.Of(
                Heads[0],
                makers[0],
                targets[0],
                weights[0],
                () => CountedTargets.Of(
                    model, targets[0], weights[0], model.FirstMask(inputs[0]) is { } first ? StepMasks.Both(first, masks[0]) : masks[0]),
                () => length(0),
                "y",
                "The model's last layer"),
            .. _scale.Of(inputs[0], targets[0], weights[0], masks[0]),
        ];

        static string Name(string argument, int place) => string.Create(CultureInfo.InvariantCulture, $"{argument}[{place}]");
    }

    /// <summary>What is far from 1 in a later batch, where none was before.</summary>
    internal IEnumerable<string> AdviceOnLater(Tensor inputs, Tensor targets, Tensor? weights, Tensor? mask, string name) =>
        _scale?.Of(inputs, targets, weights, mask, name) ?? [];

    /// <summary>The loss, of several outputs the first's.</summary>
    internal Loss Loss { get; }

    internal Optimizer Optimizer { get; }

    /// <summary>All metrics, the weighted ones last.</summary>
    internal IReadOnlyList<Metric> Metrics { get; }

    /// <summary>How many metrics weigh all alike.</summary>
    internal int FirstWeighted { get; }

    internal bool HasWeightedMetrics { get; }

    /// <summary>What each output is compiled with; of most models there is one.</summary>
    internal IReadOnlyList<Head> Heads { get; }

    /// <summary>How many figures of <see cref="Metrics"/> are losses of single outputs.</summary>
    internal int HeadLosses => Heads.Count > 1 ? Heads.Count : 0;

    /// <summary>The names of what an engine measures: the loss, then the metrics.</summary>
    internal IReadOnlyList<string> Names { get; }
}

/// <summary>What one output is compiled with.</summary>
/// <param name="Loss">Its loss.</param>
/// <param name="Weight">How much that counts in the total.</param>
/// <param name="Metrics">Its metrics, the weighted ones last.</param>
/// <param name="FirstWeighted">How many of them weigh all alike.</param>
internal sealed record Head(Loss Loss, double Weight, IReadOnlyList<Metric> Metrics, int FirstWeighted)
{
    /// <summary>Whether sample weights weigh any metric.</summary>
    internal bool HasWeightedMetrics => FirstWeighted < Metrics.Count;

    internal IReadOnlyList<string> MetricNames()
    {
        List<string> names = [Compilation.LossName, .. Metrics.Take(FirstWeighted).Select(metric => metric.Name)];
        // As in Keras, the name alone where that is free.
        names.AddRange(Metrics.Skip(FirstWeighted)
            .Select(metric => names.Contains(metric.Name) ? $"weighted_{metric.Name}" : metric.Name)
            .ToList());
        return names[1..];
    }
}

/// <summary>The loss of one of several outputs, before its weight and without penalties; the engine adds it up.</summary>
internal sealed class HeadLoss() : Metric(Compilation.LossName)
{
    internal override int SumsFor(int units) => 2;

    internal override double Of(ReadOnlySpan<double> sums) => sums[0] / sums[1];
}
