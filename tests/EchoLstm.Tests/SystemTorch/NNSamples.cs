using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

/// <summary>Inputs that are neither regular nor random.</summary>
internal static class NNSamples
{
    /// <summary>Values within -1 and 1 of type Float64.</summary>
    internal static Tensor Wave(params long[] shape) => Wave(0.3, shape);

    /// <summary>Values within -1 and 1 of type Float64; another phase gives others.</summary>
    internal static Tensor Wave(double phase, params long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++) values[i] = Math.Sin((1.3 * i) + phase + (0.01 * i * i));
        return tensor(values).reshape(shape);
    }

    /// <summary>Gives all parameters of a module values that are neither regular nor random.</summary>
    internal static void FillParameters(nn.Module module)
    {
        using var constant = no_grad();
        double phase = 0.1;
        foreach (var (_, parameter) in module.named_parameters())
        {
            using var values = Wave(phase += 0.7, parameter.shape);
            parameter.copy_(values);
        }
    }

    /// <summary>The elements in row-major order.</summary>
    internal static double[] Elements(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>The rows of a matrix.</summary>
    internal static double[][] Rows(Tensor matrix) => [.. Elements(matrix).Chunk((int)matrix.shape[^1])];
}
