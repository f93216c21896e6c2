using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Tests.Kernels;

public sealed class LaneMathTests
{
    // The bound that LaneMath states.
    private const double Bound = 1e-6;

    public static TheoryData<int> AllWidths => Widths.All;

    public static TheoryData<string, int> Functions
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in new[] { "exp", "sigmoid", "hard sigmoid", "tanh" })
            {
                foreach (var width in new[] { 16, 8, 4, 1 })
                {
                    data.Add(name, width);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_function_is_within_its_bound_of_the_exact_value(string name, int width)
    {
        var worst = 0.0;
        for (var i = -200_000; i <= 200_000; i++)
        {
            var x = i * 1e-4f * (Math.Abs(i) > 100_000 ? 4 : 1);
            var exact = Exact(name, x);
            // The hard sigmoid crosses 0 at -2.5, where no relative bound can hold; without a fused multiply-add it loses a rounding of
            // 0.5 near there.
            if (Math.Abs(exact) > 1e-37 && (name != "hard sigmoid" || exact > 0.1))
            {
                worst = Math.Max(worst, Math.Abs(Of(name, x, width) - exact) / Math.Abs(exact));
            }
        }
        worst.Should().BeLessThan(Bound, "of {0}", name);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Tiny_numbers_keep_their_digits(string name, int width)
    {
        foreach (var x in new[] { 1e-30f, -1e-30f, 1e-10f, -1e-10f, 1e-4f, -1e-4f, float.Epsilon, 0f })
        {
            Of(name, x, width).Should().BeApproximately((float)Exact(name, x), (float)(Bound * Math.Abs(Exact(name, x))) + 1e-44f, "{0}({1})", name, x);
        }
    }

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void Huge_numbers_and_infinities_reach_the_ends(int width)
    {
        foreach (var x in new[] { 89f, 1000f, float.MaxValue, float.PositiveInfinity })
        {
            Of("sigmoid", x, width).Should().Be(1);
            Of("sigmoid", -x, width).Should().BeLessThan(2e-38f).And.BeGreaterThanOrEqualTo(0);
            Of("tanh", x, width).Should().Be(1);
            Of("tanh", -x, width).Should().Be(-1);
            Of("hard sigmoid", x, width).Should().Be(1);
            Of("hard sigmoid", -x, width).Should().Be(0);
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Nan_stays_nan(string name, int width) => float.IsNaN(Of(name, float.NaN, width)).Should().BeTrue();

    private static float Of(string name, float x, int width) => width switch
    {
        16 => LaneMathOf<Lanes512>.Result(name, x),
        8 => LaneMathOf<Lanes256>.Result(name, x),
        4 => LaneMathOf<Lanes128>.Result(name, x),
        _ => LaneMathOf<Lanes1>.Result(name, x),
    };

    private static double Exact(string name, float x) => name switch
    {
        "exp" => Math.Exp(x),
        "sigmoid" => 1 / (1 + Math.Exp(-(double)x)),
        "hard sigmoid" => Math.Clamp((0.2 * x) + 0.5, 0, 1),
        _ => Math.Tanh(x),
    };
}

internal static unsafe class LaneMathOf<V>
    where V : struct, ILanes<V>
{
    internal static float Result(string name, float x)
    {
        var v = V.All(x);
        var result = name switch
        {
            "exp" => LaneMath<V>.Exp(v),
            "sigmoid" => LaneMath<V>.Sigmoid(v),
            "hard sigmoid" => LaneMath<V>.HardSigmoid(v),
            _ => LaneMath<V>.Tanh(v),
        };
        var lanes = stackalloc float[V.Count];
        result.Store(lanes);
        return lanes[V.Count - 1];
    }
}
