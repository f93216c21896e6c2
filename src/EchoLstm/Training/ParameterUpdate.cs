using EchoLstm.Layers;
using TorchSharp.Modules;

namespace EchoLstm.Training;

/// <summary>What an optimiser moves: Torch's parameters, and Keras's weights that lie in them.</summary>
internal sealed record TrainedWeights(IReadOnlyList<Parameter> Parameters, IReadOnlyList<LayerWeight> Weights, IReadOnlyList<string> Names);

/// <summary>An optimiser at work on the parameters of one model; owns its moments.</summary>
internal abstract class ParameterUpdate(Optimizer optimizer, TrainedWeights trained) : IDisposable
{
    private protected Optimizer Optimizer { get; } = optimizer;

    private readonly Tensor?[] _gradients = new Tensor?[trained.Parameters.Count];

    /// <summary>Clips the gradients and moves every parameter by its own; runs without gradients, in a dispose scope.</summary>
    internal void Step()
    {
        for (var i = 0; i < _gradients.Length; i++)
        {
            _gradients[i] = trained.Parameters[i].grad;
        }
        Clip(_gradients);
        Move(_gradients);
        Array.Clear(_gradients);
    }

    /// <summary>A copy of what was learned on the way; null where that can't be told. The caller disposes it.</summary>
    internal virtual OptimizerProgress? Export() => null;

    /// <summary>Goes on from a state, for the parameters that it knows; the others begin from 0.</summary>
    internal virtual void Import(OptimizerProgress state)
    {
    }

    public abstract void Dispose();

    /// <summary>Moves the parameters; a gradient is null where the loss does not depend on the parameter.</summary>
    protected abstract void Move(Tensor?[] gradients);

    private void Clip(Tensor?[] gradients)
    {
        if (Optimizer.ClipValue is { } limit)
        {
            using Scalar low = -limit, high = limit;
            foreach (var gradient in gradients)
            {
                gradient?.clamp_(low, high);
            }
        }
        else if (Optimizer.ClipNorm is { } norm)
        {
            // By Keras's weights: the bias is part of a parameter here, but has a length of its own.
            foreach (var weight in trained.Weights)
            {
                Scale(weight.GradientViews(), norm);
            }
        }
        else if (Optimizer.GlobalClipNorm is { } global)
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
        using Scalar most = norm, one = 1;
        var scale = square.rsqrt().mul_(most).clamp_max(one);
        foreach (var gradient in gradients)
        {
            gradient.mul_(scale);
        }
    }
}
