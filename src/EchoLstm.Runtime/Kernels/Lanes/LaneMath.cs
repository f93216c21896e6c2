using System.Runtime.CompilerServices;

namespace EchoLstm.Kernels.Lanes;

/// <summary>
/// exp, sigmoid and tanh, within 1e-6 relative of the exact value for every finite number whose result is no denormal; NaN stays NaN.
/// </summary>
internal static unsafe class LaneMath<V>
    where V : struct, ILanes<V>
{
    // exp(x) below this is 0 in float32, denormals flushed; above the other the power of two would overflow.
    private const float MinExp = -87.3f;
    private const float MaxExp = 88.3f;

    // From here on tanh is 1 in float32.
    private const float TanhEnd = 9.1f;

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

    /// <summary>The sum of the lanes, first to last.</summary>
    internal static float Sum(V x)
    {
        var lanes = stackalloc float[V.Count];
        x.Store(lanes);
        var sum = 0f;
        for (var k = 0; k < V.Count; k++)
        {
            sum += lanes[k];
        }
        return sum;
    }

    /// <summary>The largest of the lanes; NaN where one is NaN.</summary>
    internal static float Largest(V x)
    {
        var lanes = stackalloc float[V.Count];
        x.Store(lanes);
        var largest = lanes[0];
        for (var k = 1; k < V.Count; k++)
        {
            largest = MathF.Max(largest, lanes[k]);
        }
        return largest;
    }

    /// <summary>exp(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Exp(V x)
    {
        x = V.WhereLess(V.All(MaxExp), x, V.All(MaxExp), x);
        x = V.WhereLess(x, V.All(MinExp), V.All(MinExp), x);
        var (power, rest) = Parts(x);
        return V.MultiplyAdd(power, rest, power);
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Sigmoid(V x) => V.All(1) / (V.All(1) + Exp(V.Zero - x));

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
        x = V.WhereLess(V.All(TanhEnd), x, V.All(TanhEnd), x);
        x = V.WhereLess(x, V.All(-TanhEnd), V.All(-TanhEnd), x);
        var (power, rest) = Parts(x + x);
        var e = V.MultiplyAdd(power, rest, power - V.All(1));
        return e / (e + V.All(2));
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
