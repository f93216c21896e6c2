using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>An optimiser at work on the parameters of one model; owns its moments.</summary>
internal abstract class ParameterUpdate(Optimizer optimizer, IReadOnlyList<Parameter> parameters) : IDisposable
{
    /// <summary>Clips the gradients and moves every parameter by its own; runs without gradients, in a dispose scope.</summary>
    internal void Step()
    {
        var gradients = new Tensor?[parameters.Count];
        for (var i = 0; i < gradients.Length; i++)
        {
            gradients[i] = parameters[i].grad;
        }
        Clip(gradients);
        Move(gradients);
    }

    public abstract void Dispose();

    /// <summary>Moves the parameters; a gradient is null where the loss does not depend on the parameter.</summary>
    protected abstract void Move(Tensor?[] gradients);

    /// <summary>Zeros like each parameter, that no scope holds.</summary>
    protected static Tensor[] ZerosLike(IReadOnlyList<Parameter> parameters) =>
        [.. parameters.Select(parameter =>
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
            foreach (var gradient in gradients)
            {
                if (gradient is not null)
                {
                    gradient.mul_(ScaleTo(norm, SquareSum(gradient)));
                }
            }
        }
        else if (optimizer.GlobalClipNorm is { } global)
        {
            var sum = gradients.Where(gradient => gradient is not null).Select(gradient => SquareSum(gradient!)).Aggregate((a, b) => a + b);
            var scale = ScaleTo(global, sum);
            foreach (var gradient in gradients)
            {
                gradient?.mul_(scale);
            }
        }
    }

    private static Tensor SquareSum(Tensor gradient) => (gradient * gradient).sum();

    // A gradient of zero length is left as it is: the clamp keeps its scale at 1.
    private static Tensor ScaleTo(double norm, Tensor squareSum) => (norm / squareSum.sqrt()).clamp(max: 1);
}

/// <summary>The updates that treat one parameter after another.</summary>
internal abstract class ParameterwiseUpdate(Optimizer optimizer, IReadOnlyList<Parameter> parameters) : ParameterUpdate(optimizer, parameters)
{
    private readonly IReadOnlyList<Parameter> _parameters = parameters;

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
