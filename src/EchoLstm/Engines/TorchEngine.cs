using System.Runtime.InteropServices;
using EchoLstm.Layers;
using EchoLstm.Torch;
using EchoLstm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Engines;

/// <summary>Runs any layer on any device through TorchSharp's modules and autograd. The reference for every other engine.</summary>
internal sealed class TorchEngine(Layer model, Compilation? compilation) : Engine
{
    private readonly Lstm[] _lstms = [.. model.modules().OfType<Lstm>()];
    private readonly IReadOnlyList<LayerWeight> _regularized = [.. model.Weights.Where(weight => weight.Regularizer is not null)];
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

    internal override double TrainOnBatch(in Batch batch, Span<double> figures)
    {
        using var scope = NewDisposeScope();
        using var withGradients = enable_grad();
        var samples = batch.Gather();
        var output = Output(samples.Inputs);
        var mask = StepMasks.Of(output);
        var loss = LossOf(samples, output, mask);
        var counted = Measure(loss, samples, output, mask, batch.Count, figures);
        if (!double.IsFinite(figures[0]) || _parameters.Length == 0)
        {
            return counted;
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
                + $"changed. Does a function of your own change a tensor in place that it was given? {error.Message}", error);
        }
        using (no_grad())
        {
            _update!.Step();
        }
        return counted;
    }

    internal override double EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var samples = batch.Gather();
        var output = Output(samples.Inputs);
        var mask = StepMasks.Of(output);
        return Measure(LossOf(samples, output, mask), samples, output, mask, batch.Count, figures);
    }

    internal override Tensor PredictOnBatch(in Batch batch)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var inputs = batch.Gather().Inputs;
        var samples = inputs.shape[0]; // a module of the user's may dispose its input
        var output = Output(inputs);
        return output.dim() > 0 && output.shape[0] == samples
            ? output.MoveToOuterDisposeScope()
            : throw new InvalidOperationException(
                $"The model made {Shape.Of(output)} of {samples} samples, but an output has the samples as its first axis. Does a module "
                    + "of your own move that axis?");
    }

    public override void Dispose() => _update?.Dispose();

    // Without the fused kernels that an Lstm has in eager calls: this engine is their reference.
    private Tensor Output(Tensor inputs)
    {
        foreach (var lstm in _lstms)
        {
            lstm.RunsOnTorchAlone = true;
        }
        try
        {
            return model.call(inputs);
        }
        finally
        {
            foreach (var lstm in _lstms)
            {
                lstm.RunsOnTorchAlone = false;
            }
        }
    }

    private Tensor LossOf(SampleSet samples, Tensor output, Tensor? mask)
    {
        var function = compilation!.Loss;
        var loss = mask is null && samples.Weights is null
            ? Guarded("loss", function.Name, function.Mean, samples.Targets!, output)
            : StepMeans.Of(
                Guarded("loss", function.Name, function.PerStep, samples.Targets!, output),
                mask,
                samples.Weights,
                function.Name);
        foreach (var weight in _regularized)
        {
            loss += weight.Regularizer!.Penalty(weight.Read(weight.Parameter()));
        }
        return loss;
    }

    private double Measure(Tensor loss, SampleSet samples, Tensor output, Tensor? mask, long count, Span<double> figures)
    {
        using var withoutGradients = no_grad();
        figures[0] = NumberOf(loss);
        for (var i = 0; i < compilation!.Metrics.Count; i++)
        {
            var metric = compilation.Metrics[i];
            figures[i + 1] = NumberOf(
                StepMeans.Of(Guarded("metric", metric.Name, metric.PerStep, samples.Targets!, output), mask, null, metric.Name));
        }
        return mask is null ? count : mask.sum().Number();
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
                + $"{Shape.Of(output)}, {output.dtype}: {error.Message}", error);
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
