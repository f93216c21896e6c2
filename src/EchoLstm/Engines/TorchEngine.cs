using System.Runtime.InteropServices;
using EchoLstm.Layers;
using EchoLstm.Torch;
using EchoLstm.Training;
using TorchSharp.Modules;

namespace EchoLstm.Engines;

/// <summary>Runs any layer on any device through TorchSharp's modules and autograd. The reference for every other engine.</summary>
internal sealed class TorchEngine(Layer model, Compilation? compilation) : Engine
{
    private readonly Lstm[] _lstms = [.. model.modules().OfType<Lstm>()];
    private readonly IReadOnlyList<LayerWeight> _regularized =
    [
        .. model.Weights.Concat(model.modules().OfType<ModuleLayer>().SelectMany(module => module.LayersInside).Distinct()
            .SelectMany(layer => layer.Weights)).Where(weight => weight.Regularizer is not null),
    ];
    private Parameter[] _parameters = [];
    private (ScalarType Type, DeviceType Device)[] _types = [];
    private ParameterUpdate? _update;

    internal override EngineKind Kind => EngineKind.Torch;

    internal override void BeginTraining()
    {
        if (_update is null)
        {
            foreach (var module in model.modules().OfType<ModuleLayer>().Where(module => module.IsBuilt))
            {
                module.ThrowIfItHidesParameters(Nesting.Parameters(model));
            }
        }
        var parameters = Nesting.Parameters(model).Where(parameter => parameter.requires_grad).ToArray();
        // A parameter that moves is replaced by another, or moves in place.
        var types = Array.ConvertAll(parameters, parameter => (parameter.dtype, parameter.device_type));
        if (_update is null || !parameters.SequenceEqual(_parameters, ReferenceEqualityComparer.Instance)
            || !types.AsSpan().SequenceEqual(_types))
        {
            // What is remembered of the parameters that stay goes on: they may only have moved to another device.
            using var state = ExportOptimizer();
            _update?.Dispose();
            (_parameters, _types) = (parameters, types);
            var weights = WeightsInTraining();
            var names = Nesting.NamedParameters(model).Where(named => named.Parameter.requires_grad).Select(named => named.Name).ToArray();
            using var withoutGradients = no_grad();
            _update = compilation!.Optimizer.Begin(new TrainedWeights(parameters, weights, names));
            if (state is not null)
            {
                ImportOptimizer(state);
            }
        }
    }

    internal override OptimizerProgress? ExportOptimizer() => _update?.Export();

    internal override void ImportOptimizer(OptimizerProgress state)
    {
        using var withoutGradients = no_grad();
        _update!.Import(state);
    }

    internal override void TrainOnBatch(in Batch batch, Span<double> figures)
    {
        HasLostGradients = false;
        using var scope = NewDisposeScope();
        using var withGradients = enable_grad();
        var samples = batch.Gather();
        var loss = Measured(samples, figures);
        if (!double.IsFinite(figures[0]) || _parameters.Length == 0)
        {
            return;
        }
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
        if (!loss.requires_grad)
        {
            throw new InvalidOperationException($"The loss {compilation!.Loss.Name} does not depend on the model's weights, so there is "
                + "nothing to train by. Compute it from the output with tensors alone, without detach or no_grad, and call Fit outside "
                + "torch.inference_mode.");
        }
        try
        {
            loss.backward();
        }
        catch (ExternalException error)
        {
            throw new InvalidOperationException($"The gradients of the loss {compilation!.Loss.Name} can't be computed; no weight was "
                + $"changed. Does a function of your own change a tensor in place that it was given? {TensorCheck.Words(error)}", error);
        }
        using (no_grad())
        {
            HasLostGradients = Array.Exists(_parameters, parameter => parameter.grad is { } gradient && !SampleCheck.IsFinite(gradient));
            if (!HasLostGradients)
            {
                _update!.Step();
            }
        }
    }

    internal override void EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var samples = batch.Gather();
        _ = Measured(samples, figures);
    }

    internal override Tensor[] PredictAllOnBatch(in Batch batch)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var inputs = batch.Gather().AllInputs;
        var samples = inputs[0].shape[0]; // a module of the user's may dispose its input
        var outputs = Outputs(inputs);
        foreach (var output in outputs)
        {
            if (output.dim() == 0 || output.shape[0] != samples)
            {
                throw new InvalidOperationException(
                    $"The model made {Shape.Of(output)} of {samples} samples, but an output has the samples as its first axis. Does a "
                        + "module of your own move that axis?");
            }
        }
        return Array.ConvertAll(outputs, static output => output.MoveToOuterDisposeScope());
    }

    public override void Dispose() => _update?.Dispose();

    // Without the fused kernels that an Lstm has in eager calls: this engine is their reference.
    private Tensor[] Outputs(Tensor[] inputs)
    {
        using var alone = new Lstm.OnTorchAlone(_lstms);
        return model.CallMany(inputs);
    }

    /// <summary>The loss of a batch; its number and the metrics are written to the figures.</summary>
    private Tensor Measured(SampleSet samples, Span<double> figures)
    {
        var outputs = Outputs(samples.AllInputs);
        var heads = compilation!.Heads;
        figures.Clear();
        Tensor? total = null;
        var place = 1 + (2 * compilation.HeadLosses);
        for (var i = 0; i < heads.Count; i++)
        {
            var (head, output, targets, weights) = (heads[i], outputs[i], samples.AllTargets[i], samples.AllWeights[i]);
            var mask = Counting(head, targets, output);
            var loss = LossOf(head.Loss, targets, weights, output, mask);
            if (compilation.HeadLosses > 0)
            {
                (figures[1 + (2 * i)], figures[2 + (2 * i)]) = (NumberOf(loss) * samples.Count, samples.Count);
            }
            loss = head.Weight == 1 ? loss : loss.Times(head.Weight);
            total = total is null ? loss : total.Plus(loss);
            place = Measure(head, targets, weights, output, mask, figures, place);
        }
        foreach (var weight in _regularized)
        {
            total = total! + weight.Regularizer!.Penalty(weight.Read(weight.Parameter()));
        }
        figures[0] = NumberOf(total!);
        return total!;
    }

    // Which steps count: those that are not masked and whose target is no ignored class; null: all.
    private static Tensor? Counting(Head head, Tensor targets, Tensor output)
    {
        var mask = StepMasks.Of(output);
        return head.Loss.Counting(targets, output) is not { } counting ? mask
            : mask is null ? counting
            : mask.to(ScalarType.Bool).logical_and(counting);
    }

    private static Tensor LossOf(Loss function, Tensor targets, Tensor? weights, Tensor output, Tensor? mask) =>
        mask is null && weights is null
            ? Guarded("loss", function.Name, function.Mean, targets, output)
            : StepMeans.Of(WeightedLoss(function, targets, output, ref weights), mask, weights, function.Name);

    /// <summary>The loss of each step, with the weights of its single numbers; those that are left to take stay.</summary>
    private static Tensor WeightedLoss(Loss function, Tensor targets, Tensor output, ref Tensor? weights)
    {
        if (weights is null || weights.dim() < output.dim())
        {
            return Guarded("loss", function.Name, function.PerStep, targets, output);
        }
        // Of one number the mean over the last axis is its loss.
        var each = function.PerStep(targets.unsqueeze(-1), output.unsqueeze(-1)) * weights;
        weights = null;
        return each.mean([-1]);
    }

    /// <summary>Writes the sums of an output's metrics from a place on; the place behind them.</summary>
    private static int Measure(
        Head head, Tensor targets, Tensor? given, Tensor output, Tensor? mask, Span<double> figures, int place)
    {
        using var withoutGradients = no_grad();
        var units = output.dim() > 1 ? (int)output.shape[^1] : 1;
        for (var i = 0; i < head.Metrics.Count; i++)
        {
            var (metric, weights) = (head.Metrics[i], i < head.FirstWeighted ? null : given);
            var sums = figures.Slice(place, metric.SumsFor(units));
            place += sums.Length;
            if (metric is RowMetric rows)
            {
                rows.Add(targets, output, weights is null ? mask : SampleWeights.Product(weights, mask?.to(weights.dtype)), sums);
                continue;
            }
            var own = (MeanMetric)metric;
            var each = Guarded("metric", own.Name, own.PerStep, targets, output);
            if (weights is not null)
            {
                (sums[0], sums[1]) = StepMeans.Sums(each, mask, weights, own.Name);
                continue;
            }
            var mean = StepMeans.Of(each, mask, null, own.Name);
            sums[1] = mask is null ? output.numel() / units : mask.sum().Number();
            sums[0] = NumberOf(mean) * sums[1];
        }
        return place;
    }

    // Torch's own words do not say whose function failed.
    private static Tensor Guarded(string what, string name, Func<Tensor, Tensor, Tensor> function, Tensor targets, Tensor output)
    {
        try
        {
            return function(targets, output);
        }
        catch (ExternalException error)
        {
            throw new InvalidOperationException($"The {what} {name} failed on targets of shape {Shape.Of(targets)} and outputs of shape "
                + $"{Shape.Of(output)}, {output.dtype}: {TensorCheck.Words(error)}", error);
        }
    }

    // With gradients on, as a weight that is put together from two parameters shows only then that they are trained.
    private LayerWeight[] WeightsInTraining()
    {
        using var scope = NewDisposeScope();
        using var withGradients = enable_grad();
        return [.. model.Weights.Where(weight => weight.Parameter().requires_grad)];
    }

    // A scalar of any type takes another operator's call.
    private static double NumberOf(Tensor scalar) => scalar.dtype == ScalarType.Float32 ? scalar.item<float>() : scalar.Number();
}
