using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class SupervisedFramesPaddedTests
{
    [Fact]
    public void The_first_windows_miss_their_oldest_steps()
    {
        var frames = SupervisedFrames.ToPadded([1, 2, 3, 4], nIn: 3, nOut: 2);

        Rows(frames.X).Should().Equal("-1 -1 1", "-1 1 2", "1 2 3", "2 3 4");
        Rows(frames.Y).Should().Equal("-1 -1", "-1 1", "1 2", "2 3");
        Rows(frames.InputMask).Should().Equal("0 0 1", "0 1 1", "1 1 1", "1 1 1");
        Rows(frames.TargetMask).Should().Equal("0 0", "0 1", "1 1", "1 1");
    }

    [Fact]
    public void The_last_windows_miss_their_newest_steps_when_padded_after()
    {
        var frames = SupervisedFrames.ToPadded([1, 2, 3, 4], nIn: 3, nOut: 2, padding: 0, PaddingSide.Post);

        Rows(frames.X).Should().Equal("1 2 3", "2 3 4", "3 4 0", "4 0 0");
        Rows(frames.Y).Should().Equal("1 2", "2 3", "3 4", "4 0");
        Rows(frames.InputMask).Should().Equal("1 1 1", "1 1 1", "1 1 0", "1 0 0");
        Rows(frames.TargetMask).Should().Equal("1 1", "1 1", "1 1", "1 0");
    }

    [Fact]
    public void Padding_of_an_encoded_sequence_fills_every_feature()
    {
        var frames = SupervisedFrames.ToPadded(OneHot.Encode([1, 0], 2), nIn: 2, nOut: 1, padding: 0);

        frames.X.Should().BeEquivalentTo(new float[,,] { { { 0, 0 }, { 0, 1 } }, { { 0, 1 }, { 1, 0 } } });
        frames.Y.Should().BeEquivalentTo(new float[,,] { { { 0, 0 } }, { { 0, 1 } } });
    }

    [Fact]
    public void A_targets_mask_gives_weights_for_the_loss() =>
        SupervisedFrames.ToPadded([1, 2, 3], nIn: 3, nOut: 2).TargetWeights().Should().BeEquivalentTo(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 1 } });

    [Fact]
    public void A_window_may_be_longer_than_the_sequence() => Rows(SupervisedFrames.ToPadded([7], nIn: 3, nOut: 1).X).Should().Equal("-1 -1 7");

    [Fact]
    public void The_complete_windows_are_those_of_ToSupervised() => Property.Holds(
        from length in Property.Between(1, 12)
        from nIn in Property.Between(1, length)
        from nOut in Property.Between(1, nIn)
        from post in Property.Between(0, 1)
        from sequence in Property.Series(length, 2)
        select (sequence, nIn, nOut, side: post == 1 ? PaddingSide.Post : PaddingSide.Pre),
        drawn =>
        {
            var (sequence, nIn, nOut, side) = drawn;
            var windows = sequence.GetLength(0) - nIn + 1;

            var frames = SupervisedFrames.ToPadded(sequence, nIn, nOut, padding: 1e30f, side);

            var (x, y) = SupervisedFrames.ToSupervised(sequence, nIn, nOut);
            var skipped = side == PaddingSide.Pre ? nIn - 1 : 0;
            frames.X.Cast<float>().Skip(skipped * nIn * 2).Take(windows * nIn * 2).Should().Equal(x.Cast<float>());
            frames.Y.Cast<float>().Skip(skipped * nOut * 2).Take(windows * nOut * 2).Should().Equal(y.Cast<float>());
        });

    [Fact]
    public void The_masks_tell_data_from_padding() => Property.Holds(
        from length in Property.Between(1, 8)
        from nIn in Property.Between(1, 12)
        from nOut in Property.Between(1, nIn)
        from post in Property.Between(0, 1)
        from sequence in Property.Series(length, 1)
        select (sequence, nIn, nOut, side: post == 1 ? PaddingSide.Post : PaddingSide.Pre),
        drawn =>
        {
            var frames = SupervisedFrames.ToPadded(drawn.sequence, drawn.nIn, drawn.nOut, padding: 1e30f, drawn.side);

            frames.InputMask.Cast<bool>().Should().Equal(frames.X.Cast<float>().Select(value => value != 1e30f));
            frames.TargetMask.Cast<bool>().Should().Equal(frames.Y.Cast<float>().Select(value => value != 1e30f));
        });

    [Fact]
    public void Padding_that_occurs_in_the_data_is_refused() => Errors.Expect<ArgumentException>(
        () => SupervisedFrames.ToPadded([0.5f, 0, 0.25f], nIn: 2, nOut: 1, padding: 0),
        "Row 1 of the sequence is 0 in every feature, as the padding is: a mask by value would hide it. Pad with a value that the data does not have. (Parameter 'padding')");

    [Fact]
    public void Padding_that_is_no_number_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToPadded([1f], nIn: 2, nOut: 1, padding: float.NaN),
        $"The padding must be a finite number that the data does not have, such as -1. (Parameter 'padding'){Environment.NewLine}Actual value was NaN.");

    [Fact]
    public void An_empty_sequence_is_refused() => Errors.Expect<ArgumentException>(
        () => SupervisedFrames.ToPadded([], nIn: 2, nOut: 1),
        "The sequence is empty: expected at least one row. (Parameter 'sequence')");

    [Fact]
    public void An_echo_longer_than_its_window_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToPadded([1, 2, 3], nIn: 1, nOut: 2),
        "ToPadded expects 1 <= nOut <= nIn <= length but received nOut 2, nIn 1 and a length of 3. "
        + $"An echo is no longer than what was heard: lower nOut or raise nIn. (Parameter 'nOut'){Environment.NewLine}Actual value was 2.");

    [Fact]
    public void A_side_that_is_none_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToPadded([1, 2, 3], nIn: 2, nOut: 2, side: (PaddingSide)2),
        $"side is PaddingSide.Pre or PaddingSide.Post. (Parameter 'side'){Environment.NewLine}Actual value was 2.");

    private static IEnumerable<string> Rows(Array frames)
    {
        var values = frames.Values();
        return values.Chunk(frames.GetLength(1)).Select(row => string.Join(' ', row));
    }
}
