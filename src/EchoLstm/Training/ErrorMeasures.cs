using TorchSharp;
using static TorchSharp.torch;

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

    internal static Tensor OverLastAxis(Tensor values) => values.mean([-1]);
}
