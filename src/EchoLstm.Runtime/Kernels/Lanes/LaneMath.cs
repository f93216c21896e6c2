using System.Runtime.CompilerServices;

namespace EchoLstm.Kernels.Lanes;

/// <summary>
/// exp, sigmoid, tanh and what activations are made of, within 1e-6 relative of the exact value, or 1e-7 absolute, for every finite number
/// whose result is no denormal; NaN stays NaN.
/// </summary>
internal static unsafe class LaneMath<V>
    where V : struct, ILanes<V>
{
    // exp(x) below this is 0 in float32, denormals flushed; above the other the power of two would overflow.
    private const float MinExp = -87.3f;
    private const float MaxExp = 88.3f;

    // From here on tanh is 1 in float32.
    private const float TanhEnd = 9.1f;

    // From here on mish is x in float32, and squares of exp(x) are no infinities yet.
    private const float MishEnd = 20;

    private const float Log2E = 1.44269504088896341f;

    // ln 2 in two parts, so that n · ln 2 is subtracted without loss (Cody and Waite 1980).
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // A number this large has no fraction bits, so adding it rounds; 127 is the exponent's bias.
    private const float Rounder = 12582912f + 127;

    /// <summary>
    /// States and gradients below this are taken as 0: products of a few of them would be numbers below float32's normal ones, which take
    /// most processors a hundred times as long.
    /// </summary>
    internal const float Vanishing = 1e-30f;

    /// <summary>The number, or 0 where it has all but vanished.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Flushed(V x) => V.WhereLess(V.Abs(x), V.All(Vanishing), V.Zero, x);

    /// <summary>exp(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Exp(V x)
    {
        x = V.Least(V.All(MaxExp), x);
        x = V.Greatest(V.All(MinExp), x);
        var (power, rest) = Parts(x);
        return V.MultiplyAdd(power, rest, power);
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Sigmoid(V x) => V.All(1) / (V.All(1) + Exp(-x));

    /// <summary>clip(0.2 x + 0.5, 0, 1), as Keras 2 has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V HardSigmoid(V x)
    {
        var y = V.MultiplyAdd(x, V.All(0.2f), V.All(0.5f));
        y = V.WhereLess(y, V.Zero, V.Zero, y);
        return V.WhereLess(V.All(1), y, V.All(1), y);
    }

    /// <summary>The hyperbolic tangent: e / (e + 2) with e = exp(2x) - 1, which keeps its digits near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tanh(V x)
    {
        x = V.Least(V.All(TanhEnd), x);
        x = V.Greatest(V.All(-TanhEnd), x);
        var (power, rest) = Parts(x + x);
        var e = V.MultiplyAdd(power, rest, power - V.All(1));
        return e / (e + V.All(2));
    }

    /// <summary>exp(x) - 1, which keeps its digits near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V ExpMinusOne(V x)
    {
        x = V.Least(V.All(MaxExp), x);
        x = V.Greatest(V.All(MinExp), x);
        var (power, rest) = Parts(x);
        return V.MultiplyAdd(power, rest, power - V.All(1));
    }

    /// <summary>clip(x + 3, 0, 6) / 6, as Keras 3 has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V HardSigmoidKeras3(V x)
    {
        var y = x + V.All(3);
        y = V.WhereLess(y, V.Zero, V.Zero, y);
        return V.WhereLess(V.All(6), y, V.All(6), y) * V.All(1 / 6f);
    }

    /// <summary>log(1 + exp(x)) = max(x, 0) + log(1 + u) with u = exp(-|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Softplus(V x)
    {
        var u = Exp(V.Zero - V.Abs(x));
        // log(1 + u) = 2 artanh(s) with s = u / (2 + u), at most 1/3: s times a polynomial of s², fitted to 4e-9 by Chebyshev's points.
        var s = u / (V.All(2) + u);
        var square = s * s;
        var p = V.MultiplyAdd(V.All(0.140788898f), square, V.All(0.139825791f));
        p = V.MultiplyAdd(p, square, V.All(0.200122982f));
        p = V.MultiplyAdd(p, square, V.All(0.333331615f));
        p = V.MultiplyAdd(p, square, V.All(1));
        return V.MultiplyAdd(s + s, p, V.WhereLess(x, V.Zero, V.Zero, x));
    }

    /// <summary>x Φ(x), with the normal distribution's Φ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Gelu(V x) => x * NormalShare(x, NormalBell(x));

    /// <summary>The slope of <see cref="Gelu"/>: Φ(x) + x φ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V GeluSlope(V x)
    {
        var bell = NormalBell(x);
        return V.MultiplyAdd(x * V.All(0.398942280f), bell, NormalShare(x, bell)); // 1 / √(2π)
    }

    /// <summary>x · sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Swish(V x)
    {
        x = NotBelowExp(x);
        return x * Sigmoid(x);
    }

    /// <summary>The slope of <see cref="Swish"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V SwishSlope(V x)
    {
        x = NotBelowExp(x);
        var s = Sigmoid(x);
        return s * V.MultiplyAdd(x, V.All(1) - s, V.All(1));
    }

    /// <summary>x tanh(log(1 + e)) = x w / (w + 2) with e = exp(x) and w = e (e + 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Mish(V x)
    {
        x = NotBelowExp(x);
        var e = Exp(V.WhereLess(V.All(MishEnd), x, V.All(MishEnd), x));
        var w = e * (e + V.All(2));
        return x * (w / (w + V.All(2)));
    }

    /// <summary>The slope of <see cref="Mish"/>: w / (w + 2) + 4 x e (e + 1) / (w + 2)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V MishSlope(V x)
    {
        x = NotBelowExp(V.WhereLess(V.All(MishEnd), x, V.All(MishEnd), x));
        var e = Exp(x);
        var w = e * (e + V.All(2));
        var scale = V.All(1) / (w + V.All(2));
        return scale * V.MultiplyAdd(V.All(4) * x, e * (e + V.All(1)) * scale, w);
    }

    // Below this a product with exp(x) is 0 in float32, but x alone could be large enough to show what is left of exp.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NotBelowExp(V x) => V.WhereLess(x, V.All(-MaxExp), V.All(-MaxExp), x);

    // exp(-x² / 2)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NormalBell(V x) => Exp(x * x * V.All(-0.5f));

    // Φ(x): 1 - Φ(|x|) is exp(-z²) times half the scaled complementary error function of z = |x| / √2, which is smooth in
    // t = 1 / (1 + z / 2): t times a polynomial, fitted to 5e-8 relative for z up to 10 by Chebyshev's points.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NormalShare(V x, V bell)
    {
        var t = V.All(1) / V.MultiplyAdd(V.Abs(x), V.All(0.353553391f), V.All(1));
        var p = V.MultiplyAdd(V.All(-0.0597149208f), t, V.All(0.287768304f));
        p = V.MultiplyAdd(p, t, V.All(-0.493863642f));
        p = V.MultiplyAdd(p, t, V.All(0.285697699f));
        p = V.MultiplyAdd(p, t, V.All(-0.0318417586f));
        p = V.MultiplyAdd(p, t, V.All(0.204853654f));
        p = V.MultiplyAdd(p, t, V.All(0.242572889f));
        p = V.MultiplyAdd(p, t, V.All(0.282445043f));
        p = V.MultiplyAdd(p, t, V.All(0.282082677f));
        var tail = p * t * bell * V.All(0.5f);
        return V.WhereLess(x, V.Zero, tail, V.All(1) - tail);
    }

    /// <summary>exp(x) = 2ⁿ (1 + rest): x = n ln 2 + r with |r| ≤ ln 2 / 2, rest = exp(r) - 1 by a polynomial of degree 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Power, V Remainder) Parts(V x)
    {
        var biased = V.MultiplyAdd(x, V.All(Log2E), V.All(Rounder));
        var n = biased - V.All(Rounder);
        var r = V.MultiplyAdd(n, V.All(-Ln2High), x);
        r = V.MultiplyAdd(n, V.All(-Ln2Low), r);
        // These numbers, and the parts of ln 2, are those of expf in Moshier's Cephes.
        var p = V.MultiplyAdd(V.All(1.9875691500e-4f), r, V.All(1.3981999507e-3f));
        p = V.MultiplyAdd(p, r, V.All(8.3334519073e-3f));
        p = V.MultiplyAdd(p, r, V.All(4.1665795894e-2f));
        p = V.MultiplyAdd(p, r, V.All(1.6666665459e-1f));
        p = V.MultiplyAdd(p, r, V.All(5.0000001201e-1f));
        return (V.PowerOfTwo(biased), V.MultiplyAdd(p, r * r, r));
    }
}
