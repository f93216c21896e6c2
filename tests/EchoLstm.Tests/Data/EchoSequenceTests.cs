using EchoLstm.Data;

namespace EchoLstm.Tests.Data;

public class EchoSequenceTests
{
    [Fact]
    public void Of_length_5_it_is_the_tutorials_sequence() =>
        EchoSequence.Linear(5).Should().Equal(0f, 0.2f, 0.4f, 0.6f, 0.8f);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public void It_is_i_divided_by_the_length(int length) =>
        EchoSequence.Linear(length).Should().Equal(Enumerable.Range(0, length).Select(i => i / (float)length));

    [Fact]
    public void A_length_below_1_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => EchoSequence.Linear(0)).ParamName.Should().Be("length");

    [Fact]
    public void Framed_one_to_one_each_number_is_a_sample()
    {
        var (x, y) = EchoSequence.FrameOneToOne([1, 2, 3]);

        (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((3, 1, 1));
        (y.GetLength(0), y.GetLength(1)).Should().Be((3, 1));
        x.Values().Should().Equal(1, 2, 3);
        y.Values().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Framed_many_to_one_the_numbers_are_steps_and_the_targets_features()
    {
        var (x, y) = EchoSequence.FrameManyToOne([1, 2, 3]);

        (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((1, 3, 1));
        (y.GetLength(0), y.GetLength(1)).Should().Be((1, 3));
        x.Values().Should().Equal(1, 2, 3);
        y.Values().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Framed_many_to_many_the_numbers_are_steps_of_both()
    {
        var (x, y) = EchoSequence.FrameManyToMany([1, 2, 3]);

        (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((1, 3, 1));
        (y.GetLength(0), y.GetLength(1), y.GetLength(2)).Should().Be((1, 3, 1));
        x.Values().Should().Equal(1, 2, 3);
        y.Values().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void The_pairs_are_the_tutorials_table_in_every_culture()
    {
        using var german = new GermanCulture();

        EchoSequence.PairsTable(EchoSequence.Linear(5)).Should().Be(string.Join(Environment.NewLine, "X  , y", "0.0, 0.0", "0.2, 0.2", "0.4, 0.4", "0.6, 0.6", "0.8, 0.8", ""));
    }

    [Fact]
    public void Numbers_that_need_two_decimals_have_them() =>
        EchoSequence.PairsTable(EchoSequence.Linear(4)).Should().Be(string.Join(Environment.NewLine, "X   , y", "0.00, 0.00", "0.25, 0.25", "0.50, 0.50", "0.75, 0.75", ""));

    [Fact]
    public void An_empty_sequence_is_refused()
    {
        const string Message = "The sequence is empty: expected at least one number. (Parameter 'sequence')";

        Errors.Expect<ArgumentException>(() => EchoSequence.FrameOneToOne([]), Message);
        Errors.Expect<ArgumentException>(() => EchoSequence.FrameManyToOne([]), Message);
        Errors.Expect<ArgumentException>(() => EchoSequence.FrameManyToMany([]), Message);
        Errors.Expect<ArgumentException>(() => EchoSequence.PairsTable([]), Message);
    }
}
