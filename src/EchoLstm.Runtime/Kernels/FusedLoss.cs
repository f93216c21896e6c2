using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>What the loops know of a loss.</summary>
internal enum FusedLossKind
{
    SquaredError,
    AbsoluteError,
    BinaryCrossentropy,
    BinaryCrossentropyFromLogits,
    CategoricalCrossentropy,
    CategoricalCrossentropyFromLogits,
    Huber,
    LogCosh,
    Quantile,
    AbsolutePercentageError,
    SquaredLogarithmicError,
    KullbackLeiblerDivergence,
    CosineSimilarity,
    BinaryFocalCrossentropy,
    BinaryFocalCrossentropyFromLogits,
    CategoricalFocalCrossentropy,
    CategoricalFocalCrossentropyFromLogits,
}

/// <summary>What holds for all losses.</summary>
internal static class FusedLoss
{
    /// <summary>Keras's <c>epsilon</c>: how near to 0 and 1 a probability may come.</summary>
    internal const double Epsilon = 1e-7;
}

/// <summary>A loss's settings, under Keras's names; those of other losses are 0.</summary>
internal readonly record struct LossNumbers
{
    internal double Delta { get; init; }

    internal double Alpha { get; init; }

    internal double Gamma { get; init; }

    internal bool AppliesClassBalancing { get; init; }

    /// <summary>One for all outputs, or one for each.</summary>
    internal double[]? Quantiles { get; init; }

    internal double QuantileOf(int output) => Quantiles is null ? 0.5 : Quantiles[Quantiles.Length == 1 ? 0 : output];
}

/// <summary>
/// The losses with their gradients by the output, row by row, in Keras's order of operations. Sums over rows are in double.
/// A sparse target is a row with a single 1.
/// </summary>
internal static unsafe partial class FusedLoss<V>
    where V : struct, ILanes<V>
{
    private const float Epsilon = (float)FusedLoss.Epsilon;
    private const float OneLessEpsilon = (float)(1 - FusedLoss.Epsilon);

    /// <summary>The loss of a row; writes its gradient times the scale.</summary>
    /// <param name="kind">The loss.</param>
    /// <param name="output">The row, units numbers.</param>
    /// <param name="target">The target, units numbers.</param>
    /// <param name="units">How many.</param>
    /// <param name="gradient">Receives the gradient; null where none is needed.</param>
    /// <param name="scale">What the row's loss is multiplied with in the mean.</param>
    /// <param name="numbers">The loss's settings.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Row(
        FusedLossKind kind,
        float* output,
        float* target,
        int units,
        float* gradient,
        float scale,
        in LossNumbers numbers = default) => kind switch
    {
        FusedLossKind.SquaredError => SquaredError(output, target, units, gradient, scale),
        FusedLossKind.AbsoluteError => AbsoluteError(output, target, units, gradient, scale),
        FusedLossKind.BinaryCrossentropy => Binary(output, target, units, gradient, scale),
        FusedLossKind.BinaryCrossentropyFromLogits => BinaryLogits(output, target, units, gradient, scale),
        FusedLossKind.CategoricalCrossentropy => Categorical(output, target, units, gradient, scale),
        FusedLossKind.CategoricalCrossentropyFromLogits => CategoricalLogits(output, target, units, gradient, scale),
        FusedLossKind.CosineSimilarity => Cosine(output, target, units, gradient, scale),
        FusedLossKind.CategoricalFocalCrossentropy => CategoricalFocal(output, target, units, gradient, scale, numbers, fromLogits: false),
        FusedLossKind.CategoricalFocalCrossentropyFromLogits =>
            CategoricalFocal(output, target, units, gradient, scale, numbers, fromLogits: true),
        _ => OfEach(kind, output, target, units, gradient, scale, numbers),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquaredError(float* output, float* target, int units, float* gradient, float scale)
    {
        var sum = 0.0;
        var slope = 2 * scale / units;
        for (var k = 0; k < units; k++)
        {
            var error = output[k] - target[k];
            sum += (double)error * error;
            if (gradient is not null)
            {
                gradient[k] = error * slope;
            }
        }
        return sum / units;
    }

    private static double AbsoluteError(float* output, float* target, int units, float* gradient, float scale)
    {
        var sum = 0.0;
        var slope = scale / units;
        for (var k = 0; k < units; k++)
        {
            var error = output[k] - target[k];
            sum += Math.Abs((double)error);
            if (gradient is not null)
            {
                gradient[k] = error > 0 ? slope : error < 0 ? -slope : error;
            }
        }
        return sum / units;
    }

    private static double Binary(float* output, float* target, int units, float* gradient, float scale)
    {
        var sum = 0.0;
        for (var k = 0; k < units; k++)
        {
            var p = Clipped(output[k]);
            var t = target[k];
            sum -= (t * Math.Log(p)) + ((1 - t) * Math.Log(1 - p));
            if (gradient is not null)
            {
                gradient[k] = output[k] is >= Epsilon and <= OneLessEpsilon
                    ? scale / units * (((1 - t) / (1 - p)) - (t / p))
                    : NanOrZero(output[k]);
            }
        }
        return sum / units;
    }

    private static double BinaryLogits(float* output, float* target, int units, float* gradient, float scale)
    {
        var sum = 0.0;
        for (var k = 0; k < units; k++)
        {
            double z = output[k];
            var t = target[k];
            sum += Math.Max(z, 0) - (z * t) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
            if (gradient is not null)
            {
                gradient[k] = scale / units * (float)((1 / (1 + Math.Exp(-z))) - t);
            }
        }
        return sum / units;
    }

    // q = output / Σ output, clipped; the gradient by output k is (∂loss/∂q_k - Σ (∂loss/∂q) q) / Σ output.
    private static double Categorical(float* output, float* target, int units, float* gradient, float scale)
    {
        var total = Sum(output, units);
        // Where the sum can't divide a q may be NaN, which no target of 0 hides: then every place counts.
        var skipsZeros = total != 0 && float.IsFinite(total);
        var (sum, product) = (0.0, 0f);
        for (var k = Next(target, 0, units, skipsZeros); k < units; k = Next(target, k + 1, units, skipsZeros))
        {
            var q = output[k] / total;
            sum -= target[k] * Math.Log(Clipped(q));
            if (q is >= Epsilon and <= OneLessEpsilon)
            {
                product -= target[k];
            }
        }
        if (gradient is null)
        {
            return sum;
        }
        new Span<float>(gradient, units).Fill(scale * (0 - product) / total);
        for (var k = Next(target, 0, units, true); k < units; k = Next(target, k + 1, units, true))
        {
            var q = output[k] / total;
            var own = q is >= Epsilon and <= OneLessEpsilon ? -target[k] / q : 0;
            gradient[k] = scale * (own - product) / total;
        }
        return sum;
    }

    private static double CategoricalLogits(float* output, float* target, int units, float* gradient, float scale)
    {
        var largest = float.NegativeInfinity;
        var weight = 0f;
        for (var k = 0; k < units; k++)
        {
            largest = MathF.Max(largest, output[k]);
            weight += target[k];
        }
        var total = 0.0;
        for (var k = 0; k < units; k++)
        {
            total += Math.Exp(output[k] - largest);
        }
        var logTotal = Math.Log(total) + largest;
        var sum = 0.0;
        for (var k = 0; k < units; k++)
        {
            sum -= target[k] * (output[k] - logTotal);
            if (gradient is not null)
            {
                gradient[k] = scale * ((weight * (float)Math.Exp(output[k] - logTotal)) - target[k]);
            }
        }
        return sum;
    }

    private static float Sum(float* values, int count)
    {
        var sum = V.Zero;
        var k = 0;
        for (; k <= count - V.Count; k += V.Count)
        {
            sum += V.Load(values + k);
        }
        var total = sum.Sum();
        for (; k < count; k++)
        {
            total += values[k];
        }
        return total;
    }

    // The next place whose target is not 0. Floats are searched as integers, which is vectorised; -0 is found and does no harm.
    private static int Next(float* target, int from, int units, bool skipsZeros)
    {
        if (!skipsZeros || from >= units)
        {
            return from;
        }
        var place = MemoryMarshal.Cast<float, int>(new ReadOnlySpan<float>(target + from, units - from)).IndexOfAnyExcept(0);
        return place < 0 ? units : from + place;
    }

    private static float Clipped(float p) => p < Epsilon ? Epsilon : p > OneLessEpsilon ? OneLessEpsilon : p;

    private static float NanOrZero(float p) => float.IsNaN(p) ? p : 0;
}
