using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Tests.Layers;

namespace EchoLstm.Tests.Kernels;

/// <summary>Each activation of the kernels and its slope against the definition in double precision.</summary>
public sealed class LaneActivationTests
{
    private const double Relative = 1e-6, Absolute = 1e-7;

    // A slope that is told from the value has that one's rounding, a unit in the last place of numbers between 1 and 2; 1 - y² more of it.
    private const double OfSlopes = 1.2e-7;
    private const int Numbers = 80_000;

    public static TheoryData<Activation, int> Functions
    {
        get
        {
            var data = new TheoryData<Activation, int>();
            foreach (var activation in Enum.GetValues<Activation>().Where(activation => activation != Activation.Softmax))
            {
                foreach (var width in (int[])[16, 8, 4, 1])
                {
                    data.Add(activation, width);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Its_values_and_slopes_are_those_of_the_definition(Activation activation, int width)
    {
        // From -40 to 40, closer near 0.
        var x = Enumerable.Range(-Numbers / 2, Numbers).Select(i => (float)(40 * Math.Pow(i / (Numbers / 2.0), 3))).ToArray();
        var (values, slopes) = Of(activation, x, width);
        var exact = TextbookActivation.Apply(activation, [.. x.Select(value => (double)value)]);
        var ofSlopes = activation == Activation.Tanh ? 3 * OfSlopes : OfSlopes;
        var bends = TextbookActivation.Bends(activation);

        for (var i = 0; i < x.Length; i++)
        {
            Check(values[i], exact[i], Absolute, "value", x[i]);
            if (!bends.Any(bend => Math.Abs(x[i] - bend) < 1e-5))
            {
                Check(slopes[i], TextbookActivation.Slope(activation, x[i]), ofSlopes, "slope", x[i]);
            }
        }

        void Check(float found, double expected, double absolute, string what, float at)
        {
            if (!(Math.Abs(found - expected) <= absolute + (Relative * Math.Abs(expected))))
            {
                Assert.Fail(FormattableString.Invariant($"{activation}'s {what} at {at:G9} is {found:G9}, expected {expected:G9}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Tiny_numbers_keep_their_digits_huge_ones_are_finite_or_infinite_and_nan_stays_nan(Activation activation, int width)
    {
        float[] x = [1e-30f, -1e-30f, 1e-12f, -1e-12f, 3e-5f, -3e-5f, 0, 100, -100, 1e4f, -1e4f, 1e30f, -1e30f, float.NaN];
        var (values, slopes) = Of(activation, x, width);
        var exact = TextbookActivation.Apply(activation, [.. x.Select(value => (double)value)]);

        for (var i = 0; i < x.Length - 1; i++)
        {
            // The kernels' exponential ends a little before float32.
            var expected = activation == Activation.Exponential ? Math.Min(exact[i], Math.Exp(88.3f)) : exact[i];
            ((double)values[i]).Should().BeApproximately(expected, 1e-34 + (2 * Relative * Math.Abs(expected)), "{0}({1})", activation, x[i]);
            float.IsNaN(slopes[i]).Should().BeFalse("of the slope of {0} at {1}", activation, x[i]);
        }
        float.IsNaN(values[^1]).Should().BeTrue();
    }

    private static (float[] Values, float[] Slopes) Of(Activation activation, float[] x, int width) => width switch
    {
        16 => LaneActivationOf<Lanes512>.Result(activation, x),
        8 => LaneActivationOf<Lanes256>.Result(activation, x),
        4 => LaneActivationOf<Lanes128>.Result(activation, x),
        _ => LaneActivationOf<Lanes1>.Result(activation, x),
    };
}

internal static unsafe class LaneActivationOf<V>
    where V : struct, ILanes<V>
{
    internal static (float[] Values, float[] Slopes) Result(Activation activation, float[] x)
    {
        var count = (x.Length + V.Count - 1) / V.Count * V.Count;
        float[] input = [.. x, .. new float[count - x.Length]], values = [.. input];
        var slopes = new float[count];
        slopes.AsSpan().Fill(1);
        fixed (float* before = input, after = values, gradients = slopes)
        {
            LaneActivation<V>.ForwardRows(activation, after, 1, count, count);
            LaneActivation<V>.BackwardRows(activation, before, after, gradients, 1, count);
        }
        return (values[..x.Length], slopes[..x.Length]);
    }
}
