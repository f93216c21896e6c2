using System.Runtime.InteropServices;

namespace EchoLstm.Tests;

/// <summary>Compares gradients with central differences, in double precision.</summary>
internal static class GradientCheck
{
    // Half the digits of a double: smaller steps lose the difference to rounding, larger ones to curvature.
    private const double Step = 1e-6;
    private const double AbsoluteTolerance = 1e-5;
    private const double RelativeTolerance = 1e-3;

    /// <summary>Checks the gradient of a function at one input of type Float64.</summary>
    internal static void Verify(Func<Tensor, Tensor> function, Tensor input) => Verify(inputs => function(inputs[0]), [input]);

    /// <summary>Checks the gradients of a function at all of its inputs, which must be contiguous leaves of type Float64.</summary>
    internal static void Verify(Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        foreach (var input in inputs)
        {
            input.dtype.Should().Be(ScalarType.Float64, "differences are taken in double precision");
            input.is_contiguous().Should().BeTrue("elements are changed in memory");
            input.requires_grad = true;
            input.grad?.zero_();
        }

        double[] weights;
        using (NewDisposeScope())
        {
            var output = function(inputs);
            weights = Weights(output.numel());
            Weighted(output, weights).backward();
        }

        for (int n = 0; n < inputs.Length; n++)
        {
            inputs[n].grad.Should().NotBeNull($"input {n} takes part in the result");
            double[] analytic = Elements(inputs[n].grad!);
            for (int i = 0; i < analytic.Length; i++)
            {
                double numeric = Difference(function, inputs, n, i, weights);
                analytic[i].Should().BeApproximately(numeric, AbsoluteTolerance + (RelativeTolerance * Math.Abs(numeric)), $"of element {i} of input {n}");
            }
        }
    }

    private static double Difference(Func<Tensor[], Tensor> function, Tensor[] inputs, int n, int i, double[] weights)
    {
        double before = Memory(inputs[n])[i];
        double above = At(before + Step), below = At(before - Step);
        Memory(inputs[n])[i] = before;
        return (above - below) / (2 * Step);

        double At(double value)
        {
            Memory(inputs[n])[i] = value;
            using var scope = NewDisposeScope();
            using var constant = no_grad();
            return Weighted(function(inputs), weights).item<double>();
        }
    }

    private static Span<double> Memory(Tensor values) => MemoryMarshal.Cast<byte, double>(values.bytes);

    // Different weights for all outputs, so that gradients of different outputs cannot cancel.
    private static double[] Weights(long count) => [.. Enumerable.Range(0, (int)count).Select(i => 1 + (0.5 * Math.Sin(1.7 * i)))];

    private static Tensor Weighted(Tensor output, double[] weights) => output.reshape(-1).dot(tensor(weights));

    private static double[] Elements(Tensor values)
    {
        using var ordered = values.contiguous();
        return Memory(ordered).ToArray();
    }
}
