using TorchSharp.Modules;

namespace EchoLstm.Training;

/// <summary>
/// The updates that treat one parameter after another, and remember some values of each weight, 0 at first. The formulas are the
/// optimisers' own, in tensor operations, for any type and device: the reference for the fused engine's kernels. Their numbers are Scalars
/// that are disposed: TorchSharp may free one that is not while libtorch reads it.
/// </summary>
internal sealed class ParameterwiseUpdate(Optimizer optimizer, TrainedWeights trained, ParameterwiseUpdate.Formula move)
    : ParameterUpdate(optimizer, trained)
{
    // Below it, a mean of gradients or sgd's velocity is 0, and a mean of squares is this; squares of gradients below its root are 0. The
    // fused engine does the same (Flushed, Floored, Square), as numbers below float32's normal ones would take a hundred times as long.
    private const double Vanishing = 1e-30;
    private const double RootOfVanishing = 1e-15;

    private readonly IReadOnlyList<Parameter> _parameters = trained.Parameters;
    private readonly IReadOnlyList<string> _names = trained.Names;
    private readonly Tensor[][] _remembered = [.. trained.Parameters.Select(parameter => ZerosLike(parameter, optimizer.Remembers.Count))];
    private long _steps;

    /// <summary>Moves a parameter in place.</summary>
    /// <param name="weights">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="remembered">What the optimiser remembers of it, in the order of <see cref="Optimizer.Remembers"/>; changed in
    /// place.</param>
    /// <param name="step">How many steps were taken, this one included.</param>
    /// <param name="rate">The learning rate of this step.</param>
    internal delegate void Formula(Tensor weights, Tensor gradient, Tensor[] remembered, long step, double rate);

    internal override OptimizerProgress Export()
    {
        var state = new OptimizerProgress(_steps);
        for (var i = 0; i < _names.Count; i++)
        {
            state.Add(_names[i], [.. _remembered[i].Select(Copied)]);
        }
        return state;
    }

    internal override void Import(OptimizerProgress state)
    {
        _steps = state.Steps;
        for (var i = 0; i < _names.Count; i++)
        {
            if (!state.Moments.TryGetValue(_names[i], out var moments)
                || !moments.All(moment => moment.shape.AsSpan().SequenceEqual(_parameters[i].shape)))
            {
                continue;
            }
            for (var k = 0; k < moments.Length; k++)
            {
                _remembered[i][k].copy_(moments[k]);
            }
        }
    }

    public override void Dispose()
    {
        foreach (var tensor in _remembered.SelectMany(tensors => tensors))
        {
            tensor.Dispose();
        }
    }

    /// <summary>A running mean of gradients, moved on in place.</summary>
    internal static Tensor Mean(Tensor mean, double kept, Tensor gradient)
    {
        using Scalar old = kept, fresh = 1 - kept;
        return Flush(mean.mul_(old).add_(gradient, fresh));
    }

    /// <summary>
    /// A running mean of gradients' squares, moved on in place. It stops above 0: a small first moment over a 0 would be infinite where
    /// epsilon is tiny.
    /// </summary>
    internal static Tensor MeanSquare(Tensor mean, double kept, Tensor gradient)
    {
        using Scalar old = kept;
        return AddSquare(mean.mul_(old), gradient, 1 - kept);
    }

    /// <summary>A sum of gradients' squares, or a mean's new part of it, added in place; it stops above 0 too.</summary>
    internal static Tensor AddSquare(Tensor sum, Tensor gradient, double share = 1)
    {
        using Scalar part = share, root = RootOfVanishing, least = Vanishing, zero = 0;
        var counted = gradient.masked_fill(gradient.abs().lt(root), zero);
        return sum.addcmul_(counted, counted, part).clamp_(least);
    }

    /// <summary>The largest size of the gradients, each step's share of it kept, moved on in place; it stops above 0 too.</summary>
    internal static Tensor Largest(Tensor norm, double kept, Tensor gradient)
    {
        using Scalar old = kept, least = RootOfVanishing;
        return norm.copy_(norm.mul_(old).maximum(gradient.abs())).clamp_(least);
    }

    /// <summary>What has all but vanished becomes 0, in place; NaN stays NaN.</summary>
    internal static Tensor Flush(Tensor moment)
    {
        using Scalar least = Vanishing, zero = 0;
        return moment.masked_fill_(moment.abs().lt(least), zero);
    }

    protected override void Move(Tensor?[] gradients)
    {
        var rate = Optimizer.RateAt(_steps + 1);
        _steps++;
        using Scalar decay = -Optimizer.DecoupledDecay * rate;
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                using var scope = NewDisposeScope();
                if (Optimizer.DecoupledDecay > 0)
                {
                    _parameters[i].add_(_parameters[i], decay);
                }
                move(_parameters[i], gradient, _remembered[i], _steps, rate);
            }
        }
    }

    private static Tensor Copied(Tensor tensor)
    {
        using var here = tensor.cpu();
        return here.clone();
    }

    /// <summary>Zeros like a parameter, that no scope holds; what inference mode makes could not be changed outside it.</summary>
    private static Tensor[] ZerosLike(Parameter parameter, int count)
    {
        using var normal = inference_mode(false);
        using var values = parameter.detach();
        return [.. Enumerable.Range(0, count).Select(_ => zeros_like(values).DetachFromDisposeScope())];
    }
}
