using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class OneHotTests
{
    [Fact]
    public void Each_integer_becomes_a_row_with_one_1()
    {
        OneHot.Encode([2, 0, 3], classes: 4).Should().BeEquivalentTo(new float[,]
        {
            { 0, 0, 1, 0 },
            { 1, 0, 0, 0 },
            { 0, 0, 0, 1 },
        });
    }

    [Fact]
    public void A_hundred_classes_take_a_row_of_a_hundred()
    {
        var rows = OneHot.Encode(new RandomSequence(1).Next(), 100);

        (rows.GetLength(0), rows.GetLength(1)).Should().Be((25, 100));
        rows.Cast<float>().Sum().Should().Be(25);
    }

    [Fact]
    public void Several_sequences_become_three_axes()
    {
        var rows = OneHot.Encode(new[,] { { 1, 0 }, { 2, 1 } }, classes: 3);

        rows.Should().BeEquivalentTo(new float[,,]
        {
            { { 0, 1, 0 }, { 1, 0, 0 } },
            { { 0, 0, 1 }, { 0, 1, 0 } },
        });
    }

    [Fact]
    public void Decoding_takes_the_largest_of_each_row() =>
        OneHot.Decode(new[,] { { 0.2f, 0.5f, 0.3f }, { -3f, -2f, -1f }, { float.NegativeInfinity, 0f, float.PositiveInfinity } }).Should().Equal(1, 2, 2);

    [Fact]
    public void The_first_of_equals_wins() => OneHot.Decode(new[,] { { 0f, 1f, 1f }, { 5f, 5f, 5f }, { 0f, -0f, 0f } }).Should().Equal(1, 0, 0);

    [Fact]
    public void Predictions_of_several_sequences_decode_to_two_axes() =>
        OneHot.Decode(new[,,] { { { 0.1f, 0.9f }, { 0.8f, 0.2f } }, { { 0.5f, 0.5f }, { 0.4f, 0.6f } } })
            .Should().BeEquivalentTo(new[,] { { 1, 0 }, { 0, 1 } });

    [Fact]
    public void Decoding_gives_back_what_was_encoded() => Property.Holds(
        from classes in Property.Between(1, 30)
        from sequence in Property.Between(0, classes - 1).ArrayOf()
        select (sequence, classes),
        drawn => OneHot.Decode(OneHot.Encode(drawn.sequence, drawn.classes)).Should().Equal(drawn.sequence));

    [Fact]
    public void Decoding_gives_back_several_sequences() => Property.Holds(
        from classes in Property.Between(1, 30)
        from samples in Property.Between(0, 5)
        from steps in Property.Between(0, 5)
        from sequences in Gen.Array2DOf(Property.Between(0, classes - 1), samples, steps)
        select (sequences, classes),
        drawn =>
        {
            var decoded = OneHot.Decode(OneHot.Encode(drawn.sequences, drawn.classes));
            (decoded.GetLength(0), decoded.GetLength(1)).Should().Be((drawn.sequences.GetLength(0), drawn.sequences.GetLength(1)));
            decoded.Cast<int>().Should().Equal(drawn.sequences.Cast<int>());
        });

    [Fact]
    public void A_price_is_not_a_category() => Errors.Expect<ArgumentOutOfRangeException>(
        () => OneHot.Encode([12, 99, 57500], classes: 100),
        "OneHot.Encode expects integers of 0 to 99 but received 57500 at position 2. If the integers name categories, raise classes; "
        + "a price or a measure is not a category: scale it and predict it by regression, or cut it into bins. (Parameter 'sequence')");

    [Fact]
    public void A_negative_integer_is_refused_with_its_place() => Errors.Expect<ArgumentOutOfRangeException>(
        () => OneHot.Encode(new[,] { { 0, 1 }, { 2, -1 } }, classes: 3),
        "OneHot.Encode expects integers of 0 to 2 but received -1 at position [1, 1]. If the integers name categories, raise classes; "
        + "a price or a measure is not a category: scale it and predict it by regression, or cut it into bins. (Parameter 'sequences')");

    [Fact]
    public void The_number_of_classes_itself_is_outside() =>
        FluentActions.Invoking(() => OneHot.Encode([5], classes: 5)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Classes_below_1_are_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => OneHot.Encode([0], classes: 0),
        $"OneHot.Encode expects at least 1 class. (Parameter 'classes'){Environment.NewLine}Actual value was 0.");

    [Fact]
    public void More_than_an_array_holds_is_refused_before_it_is_made() => Errors.Expect<ArgumentException>(
        () => OneHot.Encode([0, 1], classes: int.MaxValue),
        "OneHot.Encode of 2 integers in 2147483647 classes needs 4294967294 numbers; an array holds at most 2147483591. "
        + "Keep the integers as they are, with an Embedding as first layer and a sparse loss. (Parameter 'classes')");

    [Fact]
    public void Rows_without_columns_are_refused() => Errors.Expect<ArgumentException>(
        () => OneHot.Decode(new float[3, 0]),
        "OneHot.Decode expects at least 1 column, one for each class, but received none. (Parameter 'rows')");

    [Fact]
    public void NaN_has_no_class() => Errors.Expect<ArgumentException>(
        () => OneHot.Decode(new[,,] { { { 0f, 1f }, { 1f, float.NaN } } }),
        "OneHot.Decode expects numbers but received NaN in row [0, 1]: no class is its largest. "
        + "Where a model made it, look for the training step whose loss became NaN. (Parameter 'rows')");

    [Fact]
    public void NaN_in_a_plain_row_is_named_by_its_row() => Errors.Expect<ArgumentException>(
        () => OneHot.Decode(new[,] { { 0f, 1f }, { float.NaN, 1f } }),
        "OneHot.Decode expects numbers but received NaN in row 1: no class is its largest. "
        + "Where a model made it, look for the training step whose loss became NaN. (Parameter 'rows')");
}
