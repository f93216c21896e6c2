namespace EchoLstm.Tests.Training;

/// <summary>Numbers as Keras's log prints them.</summary>
public class MetricTextTests
{
    [Theory]
    [InlineData(0.2012, "0.2012")]
    [InlineData(1.731, "1.7310")]
    [InlineData(0.00154, "0.0015")]
    [InlineData(0.0010001, "0.0010")]
    [InlineData(0.001, "1.0000e-03")]
    [InlineData(1.5464e-4, "1.5464e-04")]
    [InlineData(1.5568e-14, "1.5568e-14")]
    [InlineData(1e-123, "1.0000e-123")]
    [InlineData(9.99996e-5, "1.0000e-04")]
    [InlineData(0, "0.0000e+00")]
    [InlineData(-2.5, "-2.5000")]
    [InlineData(-1e-5, "-1.0000e-05")]
    [InlineData(123456.789, "123456.7890")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void A_number_has_four_decimals_or_below_1e_3_an_exponent(double value, string expected) => MetricText.Number(value).Should().Be(expected);

    [Fact]
    public void It_is_the_same_in_every_culture()
    {
        using var german = new GermanCulture();

        MetricText.Number(-0.2012).Should().Be("-0.2012");
        MetricText.Number(-1.5464e-4).Should().Be("-1.5464e-04");
        MetricText.Seconds(TimeSpan.FromSeconds(1234.4)).Should().Be("1234s");
    }

    [Theory]
    [InlineData(0.4, "0s")]
    [InlineData(1.6, "2s")]
    [InlineData(61, "61s")]
    public void Time_is_in_whole_seconds(double seconds, string expected) => MetricText.Seconds(TimeSpan.FromSeconds(seconds)).Should().Be(expected);
}
