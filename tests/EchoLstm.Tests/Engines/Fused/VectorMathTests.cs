using System.Numerics;
using EchoLstm.Engines.Fused;

namespace EchoLstm.Tests.Engines.Fused;

public sealed class VectorMathTests
{
    // The bound that VectorMath states.
    private const double Bound = 1e-6;

    public static TheoryData<string> Functions => ["exp", "sigmoid", "hard sigmoid", "tanh"];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_function_is_within_its_bound_of_the_exact_value(string name)
    {
        var worst = 0.0;
        for (var i = -200_000; i <= 200_000; i++)
        {
            var x = i * 1e-4f * (Math.Abs(i) > 100_000 ? 4 : 1);
            var exact = Exact(name, x);
            // The hard sigmoid crosses 0 at -2.5, where no relative bound can hold.
            if (Math.Abs(exact) > 1e-37 && (name != "hard sigmoid" || exact > 0.01))
            {
                worst = Math.Max(worst, Math.Abs(Of(name, x) - exact) / Math.Abs(exact));
            }
        }
        worst.Should().BeLessThan(Bound, "of {0}", name);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Tiny_numbers_keep_their_digits(string name)
    {
        foreach (var x in new[] { 1e-30f, -1e-30f, 1e-10f, -1e-10f, 1e-4f, -1e-4f, float.Epsilon, 0f })
        {
            Of(name, x).Should().BeApproximately((float)Exact(name, x), (float)(Bound * Math.Abs(Exact(name, x))) + 1e-44f, "{0}({1})", name, x);
        }
    }

    [Fact]
    public void Huge_numbers_and_infinities_reach_the_ends()
    {
        foreach (var x in new[] { 89f, 1000f, float.MaxValue, float.PositiveInfinity })
        {
            Of("sigmoid", x).Should().Be(1);
            Of("sigmoid", -x).Should().BeLessThan(2e-38f).And.BeGreaterThanOrEqualTo(0);
            Of("tanh", x).Should().Be(1);
            Of("tanh", -x).Should().Be(-1);
            Of("hard sigmoid", x).Should().Be(1);
            Of("hard sigmoid", -x).Should().Be(0);
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Nan_stays_nan(string name) => float.IsNaN(Of(name, float.NaN)).Should().BeTrue();

    private static float Of(string name, float x)
    {
        var v = new Vector<float>(x);
        return (name switch
        {
            "exp" => VectorMath.Exp(v),
            "sigmoid" => VectorMath.Sigmoid(v),
            "hard sigmoid" => VectorMath.HardSigmoid(v),
            _ => VectorMath.Tanh(v),
        })[0];
    }

    private static double Exact(string name, float x) => name switch
    {
        "exp" => Math.Exp(x),
        "sigmoid" => 1 / (1 + Math.Exp(-(double)x)),
        "hard sigmoid" => Math.Clamp((0.2 * x) + 0.5, 0, 1),
        _ => Math.Tanh(x),
    };
}
