namespace EchoLstm.Kernels;

/// <summary>The losses that are a sum over single numbers, whose function and slope are one line each, and those of whole rows.</summary>
internal static unsafe partial class FusedLoss<V>
{
    // The mean over the row; of the divergence, as in Keras, the sum.
    private static double OfEach(
        FusedLossKind kind, float* output, float* target, int units, float* gradient, float scale, in LossNumbers numbers)
    {
        var sum = 0.0;
        var count = kind == FusedLossKind.KullbackLeiblerDivergence ? 1 : units;
        for (var k = 0; k < units; k++)
        {
            var (loss, slope) = Each(kind, output[k], target[k], k, numbers);
            sum += loss;
            if (gradient is not null)
            {
                gradient[k] = (float)(slope * scale / count);
            }
        }
        return sum / count;
    }

    private static (double Loss, double Slope) Each(FusedLossKind kind, float output, float target, int place, in LossNumbers numbers)
    {
        double error = output - target;
        var size = Math.Abs(error);
        switch (kind)
        {
            case FusedLossKind.Huber:
                var delta = numbers.Delta;
                return size <= delta ? (0.5 * error * error, error) : (delta * (size - (0.5 * delta)), Math.CopySign(delta, error));
            case FusedLossKind.LogCosh:
                return (size + Math.Log(1 + Math.Exp(-2 * size)) - Math.Log(2), Math.Tanh(error));
            case FusedLossKind.Quantile:
                var q = numbers.QuantileOf(place);
                return (Math.Max(-q * error, (1 - q) * error), error < 0 ? -q : error > 0 ? 1 - q : 0.5 - q);
            case FusedLossKind.AbsolutePercentageError:
                var share = 100 / Math.Max(Math.Abs(target), Epsilon);
                return (share * size, error < 0 ? -share : error > 0 ? share : 0);
            case FusedLossKind.SquaredLogarithmicError:
                var apart = Math.Log(Math.Max(output, Epsilon) + 1) - Math.Log(Math.Max(target, Epsilon) + 1);
                return (apart * apart, output >= Epsilon ? 2 * apart / (output + 1) : 0);
            case FusedLossKind.KullbackLeiblerDivergence:
                double given = AtMostOne(target), shown = AtMostOne(output);
                return (given * Math.Log(given / shown), output is >= Epsilon and <= 1 ? -given / shown : 0);
            case FusedLossKind.BinaryFocalCrossentropyFromLogits:
                var p = (float)(1 / (1 + Math.Exp(-output)));
                var (loss, slope) = BinaryFocal(p, target, numbers);
                return (loss, slope * p * (1 - p));
            default:
                return BinaryFocal(output, target, numbers);
        }
    }

    // w (1 - p_t)^γ (-t log p - (1 - t) log(1 - p)), where p_t is the probability of what is right; only the logarithms' p is clipped.
    private static (double Loss, double Slope) BinaryFocal(float p, float target, in LossNumbers numbers)
    {
        double t = target, clipped = Clipped(p);
        var wrong = 1 - ((t * p) + ((1 - t) * (1 - p)));
        var (factor, factorSlope) = Power(wrong, numbers.Gamma);
        var entropy = -(t * Math.Log(clipped)) - ((1 - t) * Math.Log(1 - clipped));
        var entropySlope = p is >= Epsilon and <= OneLessEpsilon ? ((1 - t) / (1 - clipped)) - (t / clipped) : 0;
        var weight = numbers.AppliesClassBalancing ? (t * numbers.Alpha) + ((1 - t) * (1 - numbers.Alpha)) : 1;
        return (weight * factor * entropy, weight * ((factorSlope * (1 - (2 * t)) * entropy) + (factor * entropySlope)));
    }

    // -Σ α t (1 - q)^γ log q with q as in the crossentropy: divided by the sum, then clipped.
    private static double CategoricalFocal(
        float* output, float* target, int units, float* gradient, float scale, in LossNumbers numbers, bool fromLogits)
    {
        var largest = float.NegativeInfinity;
        for (var k = 0; k < units; k++)
        {
            largest = MathF.Max(largest, output[k]);
        }
        var total = 0.0;
        for (var k = 0; k < units; k++)
        {
            total += Share(output[k]);
        }
        var (sum, product) = (0.0, 0.0);
        for (var k = 0; k < units; k++)
        {
            var (loss, slope, q) = Term(output[k], target[k], numbers);
            sum += loss;
            product += slope * q;
        }
        for (var k = 0; k < units && gradient is not null; k++)
        {
            var (_, slope, q) = Term(output[k], target[k], numbers);
            gradient[k] = (float)(scale * (slope - product) * (fromLogits ? q : 1 / total));
        }
        return sum;

        double Share(float x) => fromLogits ? Math.Exp(x - largest) : x;

        (double Loss, double Slope, float Q) Term(float x, float t, in LossNumbers numbers)
        {
            var q = (float)(Share(x) / total);
            double clipped = Clipped(q);
            var (factor, factorSlope) = Power(1 - clipped, numbers.Gamma);
            var log = Math.Log(clipped);
            var slope = q is >= Epsilon and <= OneLessEpsilon ? numbers.Alpha * t * ((factorSlope * log) - (factor / clipped)) : 0;
            return (-numbers.Alpha * t * factor * log, slope, q);
        }
    }

    // -y·t of the two made 1 long; one that is shorter than ε is divided by ε instead, and has no curve.
    private static double Cosine(float* output, float* target, int units, float* gradient, float scale)
    {
        var (ofOutput, ofTarget, product) = (0.0, 0.0, 0.0);
        for (var k = 0; k < units; k++)
        {
            ofOutput += (double)output[k] * output[k];
            ofTarget += (double)target[k] * target[k];
            product += (double)output[k] * target[k];
        }
        const double Least = (double)Epsilon * Epsilon;
        var isLong = ofOutput >= Least;
        var (a, b) = (1 / Math.Sqrt(isLong ? ofOutput : Math.Max(ofOutput, Least)), 1 / Math.Sqrt(Math.Max(ofTarget, Least)));
        for (var k = 0; k < units && gradient is not null; k++)
        {
            gradient[k] = (float)(scale * a * b * ((isLong ? output[k] * product * a * a : 0) - target[k]));
        }
        return -product * a * b;
    }

    // x^γ and its slope; a γ of 0 has none, also where x is 0.
    private static (double Power, double Slope) Power(double x, double gamma) =>
        (Math.Pow(x, gamma), gamma == 0 ? 0 : gamma * Math.Pow(x, gamma - 1));

    private static float AtMostOne(float p) => p < Epsilon ? Epsilon : p > 1 ? 1 : p;
}
