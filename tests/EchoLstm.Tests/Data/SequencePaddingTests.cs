using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

/// <summary>The expected arrays are those of Keras's <c>pad_sequences</c> for the same arguments.</summary>
public class SequencePaddingTests
{
    private static readonly int[][] Ragged = [[1], [1, 2], [1, 2, 3]];

    [Fact]
    public void Shorter_sequences_are_filled_up_before_by_default() =>
        SequencePadding.PadSequences(Ragged).Should().BeEquivalentTo(new[,] { { 0, 0, 1 }, { 0, 1, 2 }, { 1, 2, 3 } });

    [Fact]
    public void Another_value_and_the_other_side() =>
        SequencePadding.PadSequences(Ragged, padding: PaddingSide.Post, value: -1).Should().BeEquivalentTo(new[,] { { 1, -1, -1 }, { 1, 2, -1 }, { 1, 2, 3 } });

    [Theory]
    [InlineData(PaddingSide.Pre, new[] { 0, 1, 1, 2, 2, 3 })]
    [InlineData(PaddingSide.Post, new[] { 0, 1, 1, 2, 1, 2 })]
    public void Longer_sequences_are_cut_where_asked(PaddingSide truncating, int[] expected) =>
        SequencePadding.PadSequences(Ragged, maxLength: 2, truncating: truncating).Cast<int>().Should().Equal(expected);

    [Fact]
    public void A_length_beyond_the_longest_fills_all_up() =>
        SequencePadding.PadSequences([[1.5f, 2.5f]], maxLength: 4, value: 9f).Should().BeEquivalentTo(new[,] { { 9f, 9f, 1.5f, 2.5f } });

    [Fact]
    public void An_empty_sequence_is_all_padding() =>
        SequencePadding.PadSequences(new int[][] { [], [4, 5] }, value: 7).Should().BeEquivalentTo(new[,] { { 7, 7 }, { 4, 5 } });

    [Fact]
    public void Sequences_of_several_features_become_three_axes() =>
        SequencePadding.PadSequences([new float[,] { { 1, 2 } }, new float[,] { { 3, 4 }, { 5, 6 }, { 7, 8 } }], maxLength: 2, value: -1)
            .Should().BeEquivalentTo(new float[,,] { { { -1, -1 }, { 1, 2 } }, { { 5, 6 }, { 7, 8 } } });

    [Theory]
    [InlineData(PaddingSide.Pre, new[] { true, true, false, true, false, false, true, true })]
    [InlineData(PaddingSide.Post, new[] { true, true, true, false, false, false, true, true })]
    public void A_mask_tells_data_from_padding(PaddingSide side, bool[] expected) =>
        SequencePadding.Mask([3, 1, 0, 2], maxLength: 2, side).Cast<bool>().Should().Equal(expected);

    [Fact]
    public void The_mask_picks_what_stays_of_each_sequence() => Property.Holds(
        from sequences in Property.Between(1, 99).ArrayOf().NonEmptyListOf()
        from maxLength in Property.Between(1, 12)
        from sides in Property.Between(0, 3)
        select (sequences, maxLength, padding: (PaddingSide)(sides & 1), truncating: (PaddingSide)(sides >> 1)),
        drawn =>
        {
            var (sequences, maxLength, padding, truncating) = drawn;

            var padded = SequencePadding.PadSequences([.. sequences], maxLength, padding, truncating);
            var mask = SequencePadding.Mask([.. sequences.Select(sequence => sequence.Length)], maxLength, padding);

            for (var i = 0; i < sequences.Count; i++)
            {
                var kept = Enumerable.Range(0, maxLength).Where(step => mask[i, step]).Select(step => padded[i, step]);
                kept.Should().Equal(truncating == PaddingSide.Pre ? sequences[i].TakeLast(maxLength) : sequences[i].Take(maxLength));
                Enumerable.Range(0, maxLength).Where(step => !mask[i, step]).Sum(step => padded[i, step]).Should().Be(0);
            }
        });

    [Fact]
    public void Nothing_to_pad_is_refused() => Errors.Expect<ArgumentException>(
        () => SequencePadding.PadSequences(Array.Empty<int[]>()),
        "There is nothing to pad: expected at least one sequence. (Parameter 'sequences')");

    [Fact]
    public void A_missing_sequence_is_refused() => Errors.Expect<ArgumentException>(
        () => SequencePadding.PadSequences(new int[][] { [1], null! }),
        "Sequence 1 is null. Pass an empty sequence for one without values. (Parameter 'sequences')");

    [Fact]
    public void A_length_below_1_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SequencePadding.PadSequences(Ragged, maxLength: 0),
        $"maxLength must be at least 1; leave it null for the length of the longest sequence. (Parameter 'maxLength'){Environment.NewLine}Actual value was 0.");

    [Fact]
    public void A_side_that_is_none_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SequencePadding.PadSequences(Ragged, truncating: (PaddingSide)5),
        $"truncating is PaddingSide.Pre or PaddingSide.Post. (Parameter 'truncating'){Environment.NewLine}Actual value was 5.");

    [Fact]
    public void Different_features_are_refused() => Errors.Expect<ArgumentException>(
        () => SequencePadding.PadSequences([new float[2, 3], new float[2, 4]]),
        "PadSequences expects the same features in each sequence but received 3 in sequence 0 and 4 in sequence 1. Give each sequence the same columns. (Parameter 'sequences')");

    [Fact]
    public void A_negative_length_is_refused() => Errors.Expect<ArgumentException>(
        () => SequencePadding.Mask([2, -1]),
        "Mask expects lengths of at least 0 but received -1 at position 1. Pass the lengths before padding. (Parameter 'lengths')");
}
