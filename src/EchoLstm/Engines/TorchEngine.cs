using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Engines;

/// <summary>Runs any layer on any device through TorchSharp's modules and autograd. The reference for every other engine.</summary>
internal sealed class TorchEngine(Layer model, Compilation? compilation) : Engine
{
    private readonly IReadOnlyList<LayerWeight> _regularized = [.. model.Weights.Where(weight => weight.Regularizer is not null)];
    private Parameter[] _parameters = [];
    private ParameterUpdate? _update;

    internal override EngineKind Kind => EngineKind.Torch;

    internal override void BeginTraining()
    {
        var parameters = model.parameters().Where(parameter => parameter.requires_grad).ToArray();
        if (_update is null || !parameters.SequenceEqual(_parameters, ReferenceEqualityComparer.Instance))
        {
            _update?.Dispose();
            using var withoutGradients = no_grad();
            _parameters = parameters;
            _update = compilation!.Optimizer.Begin(new TrainedWeights(parameters, [.. model.Weights.Where(weight => weight.Parameter().requires_grad)]));
        }
    }

    internal override double TrainOnBatch(in Batch batch, Span<double> figures)
    {
        using var scope = NewDisposeScope();
        using var withGradients = enable_grad();
        var samples = batch.Gather();
        var output = model.call(samples.Inputs);
        var loss = LossOf(samples, output);
        var counted = Measure(loss, samples, output, batch.Count, figures);
        if (!double.IsFinite(figures[0]) || _parameters.Length == 0)
        {
            return counted;
        }
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
        loss.backward();
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
        var output = model.call(samples.Inputs);
        return Measure(LossOf(samples, output), samples, output, batch.Count, figures);
    }

    internal override Tensor PredictOnBatch(in Batch batch)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        return model.call(batch.Gather().Inputs).MoveToOuterDisposeScope();
    }

    public override void Dispose() => _update?.Dispose();

    private Tensor LossOf(SampleSet samples, Tensor output)
    {
        var each = compilation!.Loss.PerStep(samples.Targets!, output);
        var loss = StepMeans.Of(each, StepMasks.Of(output), samples.Weights, compilation.Loss.Name);
        foreach (var weight in _regularized)
        {
            loss += weight.Regularizer!.Penalty(weight.Read(weight.Parameter()));
        }
        return loss;
    }

    private double Measure(Tensor loss, SampleSet samples, Tensor output, long count, Span<double> figures)
    {
        using var withoutGradients = no_grad();
        var mask = StepMasks.Of(output);
        figures[0] = loss.ToDouble();
        for (var i = 0; i < compilation!.Metrics.Count; i++)
        {
            var metric = compilation.Metrics[i];
            figures[i + 1] = StepMeans.Of(metric.PerStep(samples.Targets!, output), mask, null, metric.Name).ToDouble();
        }
        return mask is null ? count : mask.sum().ToDouble();
    }
}
