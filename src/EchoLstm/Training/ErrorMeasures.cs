using EchoLstm.Kernels;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Distances between target and output, averaged over the last axis; losses and metrics share them.</summary>
internal static class ErrorMeasures
{
    internal static Tensor Squared(Tensor target, Tensor output)
    {
        using var difference = output - target;
        using var square = difference * difference;
        return OverLastAxis(square);
    }

    internal static Tensor Absolute(Tensor target, Tensor output)
    {
        using var difference = output - target;
        using var absolute = difference.abs();
        return OverLastAxis(absolute);
    }

    internal static Tensor Huber(Tensor target, Tensor output, double delta)
    {
        using var each = nn.functional.huber_loss(output, target, delta, nn.Reduction.None);
        return OverLastAxis(each);
    }

    // log((e^x + e^-x) / 2), which no x makes infinite.
    internal static Tensor LogCosh(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var difference = output - target;
        var each = difference.logaddexp(-difference).Plus(-Math.Log(2));
        return OverLastAxis(each).MoveToOuterDisposeScope();
    }

    internal static Tensor AbsolutePercentage(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var share = (target - output) / target.abs().Within(FusedLoss.Epsilon, double.PositiveInfinity);
        return OverLastAxis(share.abs()).Times(100).MoveToOuterDisposeScope();
    }

    internal static Tensor SquaredLogarithmic(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var difference = Log(output) - Log(target);
        return OverLastAxis(difference * difference).MoveToOuterDisposeScope();

        static Tensor Log(Tensor values) => values.Within(FusedLoss.Epsilon, double.PositiveInfinity).Plus(1).log();
    }

    internal static Tensor Divergence(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        var given = target.Within(FusedLoss.Epsilon, 1);
        return (given * (given / output.Within(FusedLoss.Epsilon, 1)).log()).sum(-1).MoveToOuterDisposeScope();
    }

    internal static Tensor NegativeCosine(Tensor target, Tensor output)
    {
        using var scope = NewDisposeScope();
        return (-(OneLong(target) * OneLong(output)).sum(-1)).MoveToOuterDisposeScope();

        // The floor is below the root, whose slope at 0 would be infinite.
        static Tensor OneLong(Tensor vectors)
        {
            var square = (vectors * vectors).sum(-1, keepdim: true);
            return vectors * square.Within(FusedLoss.Epsilon * FusedLoss.Epsilon, double.PositiveInfinity).rsqrt();
        }
    }

    internal static Tensor OverLastAxis(Tensor values) => values.mean([-1]);
}
