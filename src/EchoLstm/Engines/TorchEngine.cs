using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Engines;

/// <summary>Runs any layer on any device through TorchSharp's modules and autograd. The reference for every other engine.</summary>
internal sealed class TorchEngine(Layer model, Compilation? compilation) : Engine
{
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
            _update = compilation!.Optimizer.Begin(parameters);
        }
    }

    internal override void TrainOnBatch(in Batch batch, Span<double> figures)
    {
        using var scope = NewDisposeScope();
        using var withGradients = enable_grad();
        var (inputs, targets) = batch.Gather();
        var output = model.call(inputs);
        var loss = compilation!.Loss.PerStep(targets!, output).mean();
        using (no_grad())
        {
            Measure(loss, targets!, output, figures);
        }
        if (!double.IsFinite(figures[0]) || _parameters.Length == 0)
        {
            return;
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
    }

    internal override void EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var (inputs, targets) = batch.Gather();
        var output = model.call(inputs);
        Measure(compilation!.Loss.PerStep(targets!, output).mean(), targets!, output, figures);
    }

    internal override Tensor PredictOnBatch(in Batch batch)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var (inputs, _) = batch.Gather();
        return model.call(inputs).MoveToOuterDisposeScope();
    }

    public override void Dispose() => _update?.Dispose();

    private void Measure(Tensor loss, Tensor targets, Tensor output, Span<double> figures)
    {
        figures[0] = loss.ToDouble();
        for (var i = 0; i < compilation!.Metrics.Count; i++)
        {
            figures[i + 1] = compilation.Metrics[i].PerStep(targets, output).mean().ToDouble();
        }
    }
}
