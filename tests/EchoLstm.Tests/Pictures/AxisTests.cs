using EchoLstm.Pictures;

namespace EchoLstm.Tests.Pictures;

/// <summary>Where an axis begins and ends, what is marked on it, and where a value lies.</summary>
public class AxisTests
{
    [Theory]
    [InlineData(false, new[] { 1.0, 30 })]
    [InlineData(true, new[] { 1, 30.1 })]
    [InlineData(true, new[] { 0.0, 1, 31 })]
    [InlineData(false, new[] { -1.0, 1, 31 })]
    public void It_is_logarithmic_where_values_of_one_sign_reach_over_more_than_30_to_1(bool isLog, double[] values)
    {
        Axis.Rounded(values, mayBeLog: true).IsLog.Should().Be(isLog);
        Axis.Rounded(values, mayBeLog: false).IsLog.Should().BeFalse();
    }

    [Theory]
    [InlineData(8, "0 2 4 6 8")]
    [InlineData(7, "0 2 4 6 8")]
    [InlineData(5, "0 1 2 3 4 5")]
    [InlineData(2e6, "0 500000 1000000 1500000 2000000")]
    [InlineData(2e7, "0 0.5e7 1.0e7 1.5e7 2.0e7")]
    public void A_linear_one_has_round_ends_and_marks(double most, string marks) =>
        string.Join(' ', Axis.Rounded([0, most], mayBeLog: false).Marks.Select(mark => mark.Text)).Should().Be(marks);

    [Fact]
    public void Its_ends_are_its_outermost_marks()
    {
        var axis = Axis.Rounded([0, 7], mayBeLog: false);

        axis.Marks.Select(mark => mark.Fraction).Should().Equal(0, 0.25, 0.5, 0.75, 1);
        (axis.Fraction(0), axis.Fraction(6), axis.Fraction(8)).Should().Be((0, 0.75, 1));
    }

    [Fact]
    public void A_logarithmic_one_marks_powers_of_ten_and_has_zero_at_its_foot()
    {
        var axis = Axis.Rounded([0, 1, 1e6], mayBeLog: true);

        axis.Marks.Select(mark => mark.Text).Should().Equal("1", "10", "100", "1000", "10000", "100000", "1e6");
        (axis.Fraction(0), axis.Fraction(1), axis.Fraction(1e3), axis.Fraction(1e6)).Should().Be((0, 0, 0.5, 1));
    }

    [Theory]
    [InlineData(361, 11)]
    [InlineData(360, 6)]
    [InlineData(150, 3)]
    public void There_are_as_many_marks_as_have_room_with_a_letters_height_between(double width, int marks) =>
        Axis.Exact([0, 100], width, fontSize: 11, whole: true).Marks.Should().HaveCount(marks);
}
