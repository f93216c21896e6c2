using System.Numerics;
using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>What the loops know of a loss.</summary>
internal enum FusedLossKind
{
    SquaredError,
    AbsoluteError,
    BinaryCrossentropy,
    BinaryCrossentropyFromLogits,
    CategoricalCrossentropy,
    CategoricalCrossentropyFromLogits,
}

/// <summary>
/// The losses with their gradients by the output, row by row, in Keras's order of operations (see <see cref="Loss"/>). Sums are in double, so that they do not
/// depend on the order of rows. A sparse target is a row with a single 1.
/// </summary>
internal static unsafe class FusedLoss
{
    private const float Epsilon = (float)Probabilities.Epsilon;
    private const float OneLessEpsilon = (float)(1 - Probabilities.Epsilon);

    /// <summary>The loss of a row; writes its gradient times the scale.</summary>
    /// <param name="kind">The loss.</param>
    /// <param name="output">The row, units numbers.</param>
    /// <param name="target">The target, units numbers.</param>
    /// <param name="units">How many.</param>
    /// <param name="gradient">Receives the gradient; null where none is needed.</param>
    /// <param name="scale">What the row's loss is multiplied with in the mean.</param>
    internal static double Row(FusedLossKind kind, float* output, float* target, int units, float* gradient, float scale) => kind switch
    {
        FusedLossKind.SquaredError => SquaredError(output, target, units, gradient, scale),
        FusedLossKind.AbsoluteError => AbsoluteError(output, target, units, gradient, scale),
        FusedLossKind.BinaryCrossentropy => Binary(output, target, units, gradient, scale),
        FusedLossKind.BinaryCrossentropyFromLogits => BinaryLogits(output, target, units, gradient, scale),
        FusedLossKind.CategoricalCrossentropy => Categorical(output, target, units, gradient, scale),
        _ => CategoricalLogits(output, target, units, gradient, scale),
    };

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
                gradient[k] = output[k] is >= Epsilon and <= OneLessEpsilon ? scale / units * (((1 - t) / (1 - p)) - (t / p)) : NanOrZero(output[k]);
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

    private static double Categorical(float* output, float* target, int units, float* gradient, float scale)
    {
        var total = 0f;
        for (var k = 0; k < units; k++)
        {
            total += output[k];
        }
        var sum = 0.0;
        var product = 0f; // Σ (∂loss/∂q) q over the normalised outputs q
        var divides = total != 0 && float.IsFinite(total); // otherwise a q may be NaN, which no target of 0 hides
        for (var k = 0; k < units; k++)
        {
            var t = target[k];
            if (t == 0 && divides)
            {
                continue;
            }
            var q = output[k] / total;
            sum -= t * Math.Log(Clipped(q));
            if (q is >= Epsilon and <= OneLessEpsilon)
            {
                product -= t;
            }
        }
        if (gradient is null)
        {
            return sum;
        }
        for (var k = 0; k < units; k++)
        {
            var q = output[k] / total;
            var own = target[k] != 0 && q is >= Epsilon and <= OneLessEpsilon ? -target[k] / q : 0;
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

    private static float Clipped(float p) => p < Epsilon ? Epsilon : p > OneLessEpsilon ? OneLessEpsilon : p;

    private static float NanOrZero(float p) => float.IsNaN(p) ? p : 0;
}
