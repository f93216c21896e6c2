using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class ScalarTests
{
    [Fact]
    public void Numbers_become_scalars_of_torchs_kinds()
    {
        ((Scalar)(byte)1).Type.Should().Be(ScalarType.Int64);
        ((Scalar)1).Type.Should().Be(ScalarType.Int64);
        ((Scalar)1f).Type.Should().Be(ScalarType.Float64);
        ((Scalar)(Half)1).Type.Should().Be(ScalarType.Float64);
        ((Scalar)true).Type.Should().Be(ScalarType.Bool);
        ((Scalar)(1f, 2f)).Type.Should().Be(ScalarType.ComplexFloat64);
    }

    [Fact]
    public void Scalars_become_numbers()
    {
        ((Scalar)2.75).ToInt32().Should().Be(2);
        ((Scalar)2.75).ToSingle().Should().Be(2.75f);
        ((Scalar)long.MaxValue).ToInt64().Should().Be(long.MaxValue);
        ((Scalar)0.0).ToBoolean().Should().BeFalse();
        ((Scalar)true).ToDouble().Should().Be(1);
        ((Scalar)new Complex(1, 2)).ToComplexFloat32().Should().Be((1f, 2f));
        3.ToScalar().ToComplexFloat64().Should().Be(new Complex(3, 0));
        ((Scalar)300).Invoking(s => s.ToByte()).Should().Throw<OverflowException>();
    }

    [Fact]
    public void Bfloat16_keeps_eight_bits_of_precision()
    {
        1.0f.ToBFloat16Scalar().ToSingle().Should().Be(1f);
        3.14159f.ToBFloat16Scalar().ToSingle().Should().Be(3.140625f);
        float.NaN.ToBFloat16Scalar().ToSingle().Should().Be(float.NaN);
    }

    [Fact]
    public void A_disposed_scalar_refuses_to_be_read()
    {
        Scalar scalar = 1;
        scalar.Dispose();
        scalar.Invoking(s => s.ToDouble()).Should().Throw<InvalidOperationException>();
        scalar.Invoking(s => s.Type).Should().Throw<InvalidOperationException>();
    }
}
