using System.Numerics;
using System.Runtime.CompilerServices;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// exp, sigmoid and tanh on vectors of any width, within 1e-6 relative of the exact value for every finite number; NaN stays NaN.
/// </summary>
internal static class VectorMath
{
    // exp overflows above ln(float.MaxValue); below the lower bound it is 0 in float32, denormals flushed.
    private const float MaxExp = 88.3762626647949f;
    private const float MinExp = -87.3365478515625f;
    private const float Log2E = 1.44269504088896341f;

    // ln 2 in two parts, so that n · ln 2 is subtracted without loss (Cody and Waite 1980).
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Below this |x| tanh is a polynomial: 1 - 2 / (exp(2x) + 1) would lose the leading digits.
    private const float TanhPolynomialLimit = 0.625f;

    /// <summary>exp(x): 2ⁿ · p(r) with r = x - n ln 2, |r| ≤ ln 2 / 2; coefficients of the Taylor series, fitted at the ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Exp(Vector<float> x)
    {
        var clamped = Vector.ConditionalSelect(Vector.GreaterThan(x, new Vector<float>(MaxExp)), new Vector<float>(MaxExp), x);
        clamped = Vector.ConditionalSelect(Vector.LessThan(clamped, new Vector<float>(MinExp)), new Vector<float>(MinExp), clamped);
        var n = Vector.Round(clamped * Log2E);
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2High), clamped);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2Low), r);
        var p = new Vector<float>(1.9875691500e-4f);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r + Vector<float>.One);
        var exponent = Vector.ConvertToInt32(n) + new Vector<int>(127);
        return p * Vector.AsVectorSingle(exponent << 23);
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Exp(-x));

    /// <summary>clip(0.2 x + 0.5, 0, 1), as Keras 2 has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> HardSigmoid(Vector<float> x) =>
        Vector.Min(Vector.Max(Vector.FusedMultiplyAdd(x, new Vector<float>(0.2f), new Vector<float>(0.5f)), Vector<float>.Zero), Vector<float>.One);

    /// <summary>The hyperbolic tangent: an odd polynomial near 0, else sign(x) (1 - 2 / (exp(2|x|) + 1)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Tanh(Vector<float> x)
    {
        var square = x * x;
        var p = new Vector<float>(-5.70498872745e-3f);
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(2.06390887954e-2f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(-5.37397155531e-2f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(1.33314422036e-1f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(-3.33332819422e-1f));
        var small = Vector.FusedMultiplyAdd(p * square, x, x);
        var magnitude = Vector.Abs(x);
        var large = Vector<float>.One - (new Vector<float>(2) / (Exp(magnitude + magnitude) + Vector<float>.One));
        large = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), -large, large);
        return Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<float>(TanhPolynomialLimit)), small, large);
    }
}
