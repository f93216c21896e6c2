using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>The activations, and their slopes: from the value where it tells them, so that the number before need not be kept.</summary>
internal static unsafe class LaneActivation<V>
    where V : struct, ILanes<V>
{
    /// <summary>Replaces whole vectors of numbers by their activation: all but softmax, which needs the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Apply(LaneFunction function, float* values, long count)
    {
        switch (function.Kind)
        {
            case Activation.Sigmoid:
                Sigmoid(values, count);
                break;
            case Activation.Tanh:
                Tanh(values, count);
                break;
            case Activation.HardSigmoid when function.Below == 0.2f:
                HardSigmoid(values, count);
                break;
            case Activation.HardSigmoid:
                HardSigmoidKeras3(values, count);
                break;
            case Activation.Relu:
                Relu(values, count);
                break;
            case Activation.LeakyRelu:
                LeakyRelu(values, count, function.Below);
                break;
            case Activation.Elu:
                Elu(values, count, function.Above, function.Below);
                break;
            case Activation.Gelu:
                Gelu(values, count);
                break;
            case Activation.Swish:
                Swish(values, count);
                break;
            case Activation.Softplus:
                Softplus(values, count);
                break;
            case Activation.Softsign:
                Softsign(values, count);
                break;
            case Activation.Exponential:
                Exponential(values, count);
                break;
            case Activation.Mish:
                Mish(values, count);
                break;
        }
    }

    /// <summary>The slope where the activation gave y; relu and the hard sigmoid are flat where they were clipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Slope(in LaneFunction function, V y) => function.Kind switch
    {
        Activation.Sigmoid => y * (V.All(1) - y),
        Activation.Tanh => V.All(1) - (y * y),
        Activation.HardSigmoid => V.WhereLess(V.Zero, y, V.WhereLess(y, V.All(1), V.All(function.Below), V.Zero), V.Zero),
        Activation.Relu or Activation.LeakyRelu => V.WhereLess(V.Zero, y, V.All(1), V.All(function.Below)),
        Activation.Elu => V.WhereLess(V.Zero, y, V.All(function.Above), y + V.All(function.Below)),
        Activation.Softsign => (V.All(1) - V.Abs(y)) * (V.All(1) - V.Abs(y)),
        Activation.Exponential => y,
        _ => V.All(1),
    };

    /// <summary>The activation of whole rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardRows(LaneFunction function, float* rows, long count, int units, int stride)
    {
        if (function.Kind != Activation.Softmax)
        {
            Apply(function, rows, count * stride);
            return;
        }
        for (var r = 0L; r < count; r++)
        {
            Softmax(rows + (r * stride), units, stride);
        }
    }

    /// <summary>Multiplies gradients with the slopes of rows.</summary>
    /// <param name="function">The activation.</param>
    /// <param name="input">The rows before it; read where <see cref="LaneFunction.NeedsInput"/> alone.</param>
    /// <param name="rows">The rows that it gave.</param>
    /// <param name="gradients">The gradients by them; receives those by the rows before.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="stride">The distance between rows of any of the three.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void BackwardRows(LaneFunction function, float* input, float* rows, float* gradients, long count, int stride)
    {
        switch (function.Kind)
        {
            case Activation.Linear:
                return;
            case Activation.Softmax:
                for (var r = 0L; r < count; r++)
                {
                    SoftmaxBackward(rows + (r * stride), gradients + (r * stride), stride);
                }
                return;
            case Activation.Gelu:
                GeluBackward(input, gradients, count * stride);
                return;
            case Activation.Swish:
                SwishBackward(input, gradients, count * stride);
                return;
            case Activation.Softplus:
                SoftplusBackward(input, gradients, count * stride);
                return;
            case Activation.Mish:
                MishBackward(input, gradients, count * stride);
                return;
        }
        for (var k = 0L; k < count * stride; k += V.Count)
        {
            (V.Load(gradients + k) * Slope(function, V.Load(rows + k))).Store(gradients + k);
        }
    }

    // Methods of their own: inlined into one another they would exceed what the compiler is willing to inline.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sigmoid(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            LaneMath<V>.Sigmoid(V.Load(values + k)).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            LaneMath<V>.Tanh(V.Load(values + k)).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HardSigmoid(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            LaneMath<V>.HardSigmoid(V.Load(values + k)).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Relu(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            V.WhereLess(x, V.Zero, V.Zero, x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HardSigmoidKeras3(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            LaneMath<V>.HardSigmoidKeras3(x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LeakyRelu(float* values, long count, float below)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            V.WhereLess(x, V.Zero, V.All(below) * x, x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Elu(float* values, long count, float above, float below)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            V.WhereLess(V.Zero, x, V.All(above) * x, V.All(below) * LaneMath<V>.ExpMinusOne(x)).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gelu(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            LaneMath<V>.Gelu(x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GeluBackward(float* input, float* gradients, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            (V.Load(gradients + k) * LaneMath<V>.GeluSlope(V.Load(input + k))).Store(gradients + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Swish(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            LaneMath<V>.Swish(x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SwishBackward(float* input, float* gradients, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            (V.Load(gradients + k) * LaneMath<V>.SwishSlope(V.Load(input + k))).Store(gradients + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softplus(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            LaneMath<V>.Softplus(x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftplusBackward(float* input, float* gradients, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            (V.Load(gradients + k) * LaneMath<V>.Sigmoid(V.Load(input + k))).Store(gradients + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softsign(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            (x / (V.All(1) + V.Abs(x))).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponential(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            LaneMath<V>.Exp(x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mish(float* values, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            var x = V.Load(values + k);
            LaneMath<V>.Mish(x).Store(values + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MishBackward(float* input, float* gradients, long count)
    {
        for (var k = 0L; k < count; k += V.Count)
        {
            (V.Load(gradients + k) * LaneMath<V>.MishSlope(V.Load(input + k))).Store(gradients + k);
        }
    }

    // The padding must enter neither the largest number nor the sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* row, int units, int stride)
    {
        for (var k = units; k < stride; k++)
        {
            row[k] = float.NegativeInfinity;
        }
        var most = V.Load(row);
        for (var k = V.Count; k < stride; k += V.Count)
        {
            var x = V.Load(row + k);
            most = V.WhereLess(most, x, x, most);
        }
        var shift = V.All(most.Largest());
        var sum = V.Zero;
        for (var k = 0; k < stride; k += V.Count)
        {
            var e = LaneMath<V>.Exp(V.Load(row + k) - shift);
            e.Store(row + k);
            sum += e;
        }
        for (var k = units; k < stride; k++)
        {
            row[k] = 0;
        }
        var scale = V.All(1 / sum.Sum());
        for (var k = 0; k < stride; k += V.Count)
        {
            (V.Load(row + k) * scale).Store(row + k);
        }
    }

    // δz = y (δy - Σ δy y)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftmaxBackward(float* row, float* gradient, int stride)
    {
        var product = V.Zero;
        for (var k = 0; k < stride; k += V.Count)
        {
            product = V.MultiplyAdd(V.Load(row + k), V.Load(gradient + k), product);
        }
        var total = V.All(product.Sum());
        for (var k = 0; k < stride; k += V.Count)
        {
            (V.Load(row + k) * (V.Load(gradient + k) - total)).Store(gradient + k);
        }
    }
}
