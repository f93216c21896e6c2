using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

/// <summary>Compares tensors with values computed by hand.</summary>
internal static class TensorExpectations
{
    // Single precision keeps 24 bits; a few operations in a row lose some.
    private const double Tolerance = 2e-6;

    /// <summary>Expects these elements in row-major order, whatever the shape.</summary>
    internal static void ShouldHold(this Tensor actual, params double[] expected)
    {
        using var scope = NewDisposeScope();
        double[] values = actual.numel() == 0 ? [] : actual.detach().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
        values.Should().HaveSameCount(expected);
        for (int i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(expected[i]) || double.IsInfinity(expected[i])) values[i].Should().Be(expected[i], $"of element {i}");
            else values[i].Should().BeApproximately(expected[i], Tolerance * Math.Max(1, Math.Abs(expected[i])), $"of element {i}");
        }
    }

    /// <summary>Expects a shape and these elements in row-major order.</summary>
    internal static void ShouldBe(this Tensor actual, long[] shape, params double[] expected)
    {
        actual.shape.Should().Equal(shape);
        actual.ShouldHold(expected);
    }

    /// <summary>Expects booleans.</summary>
    internal static void ShouldBeTrueAt(this Tensor actual, params bool[] expected)
    {
        actual.dtype.Should().Be(ScalarType.Bool);
        actual.ShouldHold([.. expected.Select(value => value ? 1.0 : 0.0)]);
    }

    /// <summary>Expects an element type.</summary>
    internal static Tensor OfType(this Tensor actual, ScalarType type)
    {
        actual.dtype.Should().Be(type);
        return actual;
    }
}
