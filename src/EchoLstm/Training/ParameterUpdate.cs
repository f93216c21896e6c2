using EchoLstm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>What an optimiser moves: Torch's parameters, and Keras's weights that lie in them.</summary>
/// <param name="Parameters">The parameters that have gradients.</param>
/// <param name="Weights">The weights that lie in them.</param>
internal sealed record TrainedWeights(IReadOnlyList<Parameter> Parameters, IReadOnlyList<LayerWeight> Weights);

/// <summary>An optimiser at work on the parameters of one model; owns its moments.</summary>
internal abstract class ParameterUpdate(Optimizer optimizer, TrainedWeights trained) : IDisposable
{
    /// <summary>Clips the gradients and moves every parameter by its own; runs without gradients, in a dispose scope.</summary>
    internal void Step()
    {
        var gradients = new Tensor?[trained.Parameters.Count];
        for (var i = 0; i < gradients.Length; i++)
        {
            gradients[i] = trained.Parameters[i].grad;
        }
        Clip(gradients);
        Move(gradients);
    }

    public abstract void Dispose();

    /// <summary>Moves the parameters; a gradient is null where the loss does not depend on the parameter.</summary>
    protected abstract void Move(Tensor?[] gradients);

    /// <summary>Zeros like each parameter, that no scope holds.</summary>
    protected static Tensor[] ZerosLike(TrainedWeights trained) =>
        [.. trained.Parameters.Select(parameter =>
        {
            using var values = parameter.detach();
            return zeros_like(values).DetachFromDisposeScope();
        })];

    private void Clip(Tensor?[] gradients)
    {
        if (optimizer.ClipValue is { } limit)
        {
            foreach (var gradient in gradients)
            {
                gradient?.clamp_(-limit, limit);
            }
        }
        else if (optimizer.ClipNorm is { } norm)
        {
            // By Keras's weights: the bias is part of a parameter here, but has a length of its own.
            foreach (var weight in trained.Weights)
            {
                Scale(weight.GradientViews(), norm);
            }
        }
        else if (optimizer.GlobalClipNorm is { } global)
        {
            Scale([.. gradients.OfType<Tensor>()], global);
        }
    }

    // Gradients of zero length are left as they are: the clamp keeps their scale at 1.
    private static void Scale(IReadOnlyList<Tensor> gradients, double norm)
    {
        if (gradients.Count == 0)
        {
            return;
        }
        var square = gradients.Select(gradient => (gradient * gradient).sum()).Aggregate((a, b) => a + b);
        var scale = (norm / square.sqrt()).clamp(max: 1);
        foreach (var gradient in gradients)
        {
            gradient.mul_(scale);
        }
    }
}

/// <summary>The updates that treat one parameter after another.</summary>
internal abstract class ParameterwiseUpdate(Optimizer optimizer, TrainedWeights trained) : ParameterUpdate(optimizer, trained)
{
    private readonly IReadOnlyList<Parameter> _parameters = trained.Parameters;

    protected sealed override void Move(Tensor?[] gradients)
    {
        BeginStep();
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                Move(i, _parameters[i], gradient);
            }
        }
    }

    /// <summary>Called once a step, before the parameters move.</summary>
    protected virtual void BeginStep()
    {
    }

    /// <summary>Moves one parameter.</summary>
    protected abstract void Move(int index, Parameter parameter, Tensor gradient);
}
