using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>The activations, and their slopes from the value, so that the number before need not be kept.</summary>
internal static unsafe class LaneActivation<V>
    where V : struct, ILanes<V>
{
    /// <summary>Replaces whole vectors of numbers by their activation: all but softmax, which needs the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Apply(Activation activation, float* values, long count)
    {
        switch (activation)
        {
            case Activation.Sigmoid:
                Sigmoid(values, count);
                break;
            case Activation.Tanh:
                Tanh(values, count);
                break;
            case Activation.HardSigmoid:
                HardSigmoid(values, count);
                break;
            case Activation.Relu:
                Relu(values, count);
                break;
        }
    }

    /// <summary>The slope where the activation gave y; relu and the hard sigmoid are flat where they were clipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Slope(Activation activation, V y) => activation switch
    {
        Activation.Sigmoid => y * (V.All(1) - y),
        Activation.Tanh => V.All(1) - (y * y),
        Activation.HardSigmoid => V.WhereLess(V.Zero, y, V.WhereLess(y, V.All(1), V.All(0.2f), V.Zero), V.Zero),
        Activation.Relu => V.WhereLess(V.Zero, y, V.All(1), V.Zero),
        _ => V.All(1),
    };

    /// <summary>The activation of whole rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardRows(Activation activation, float* rows, long count, int units, int stride)
    {
        if (activation != Activation.Softmax)
        {
            Apply(activation, rows, count * stride);
            return;
        }
        for (var r = 0L; r < count; r++)
        {
            Softmax(rows + (r * stride), units, stride);
        }
    }

    /// <summary>Multiplies gradients with the slopes of rows that the activation gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void BackwardRows(Activation activation, float* rows, float* gradients, long count, int stride)
    {
        if (activation == Activation.Linear)
        {
            return;
        }
        if (activation == Activation.Softmax)
        {
            for (var r = 0L; r < count; r++)
            {
                SoftmaxBackward(rows + (r * stride), gradients + (r * stride), stride);
            }
            return;
        }
        for (var k = 0L; k < count * stride; k += V.Count)
        {
            (V.Load(gradients + k) * Slope(activation, V.Load(rows + k))).Store(gradients + k);
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
        var shift = V.All(LaneMath<V>.Largest(most));
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
        var scale = V.All(1 / LaneMath<V>.Sum(sum));
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
        var total = V.All(LaneMath<V>.Sum(product));
        for (var k = 0; k < stride; k += V.Count)
        {
            (V.Load(row + k) * (V.Load(gradient + k) - total)).Store(gradient + k);
        }
    }
}
