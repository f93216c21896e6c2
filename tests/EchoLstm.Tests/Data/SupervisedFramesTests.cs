using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class SupervisedFramesTests
{
    // The tutorial prints the first and the last five; those between are of no consequence.
    private static readonly int[] Tutorial = [86, 81, 88, 1, 23, 78, 64, 7, 50, 99, 0, 35, 35, 12, 66, 91, 4, 58, 27, 70, 13, 13, 53, 40, 64];

    [Fact]
    public void The_tutorials_example_has_21_pairs()
    {
        var (x, y) = SupervisedFrames.ToSupervised(OneHot.Encode(Tutorial, 100), nIn: 5, nOut: 3);

        var pairs = SupervisedFrames.PairLines(OneHot.Decode(x), OneHot.Decode(y));

        pairs.Should().HaveCount(21);
        pairs[0].Should().Be("[86, 81, 88, 1, 23] => [86, 81, 88]");
        pairs[20].Should().Be("[13, 13, 53, 40, 64] => [13, 13, 53]");
    }

    [Fact]
    public void Plain_integers_frame_as_encoded_ones()
    {
        var (x, y) = SupervisedFrames.ToSupervised(Tutorial, 5, 3);
        var (encodedX, encodedY) = SupervisedFrames.ToSupervised(OneHot.Encode(Tutorial, 100), 5, 3);

        OneHot.Encode(x, 100).Should().BeEquivalentTo(encodedX);
        OneHot.Encode(y, 100).Should().BeEquivalentTo(encodedY);
    }

    [Fact]
    public void Five_integers_with_5_in_and_1_out_are_one_window()
    {
        var (x, y) = SupervisedFrames.ToSupervised([1, 2, 3, 4, 5], nIn: 5, nOut: 1);

        x.Should().BeEquivalentTo(new[,] { { 1, 2, 3, 4, 5 } });
        y.Should().BeEquivalentTo(new[,] { { 1 } });
    }

    [Fact]
    public void The_target_is_the_oldest_of_the_window()
    {
        var (x, y) = SupervisedFrames.ToSupervised(new float[,] { { 1, 10 }, { 2, 20 }, { 3, 30 }, { 4, 40 } }, nIn: 3, nOut: 2);

        x.Should().BeEquivalentTo(new float[,,] { { { 1, 10 }, { 2, 20 }, { 3, 30 } }, { { 2, 20 }, { 3, 30 }, { 4, 40 } } });
        y.Should().BeEquivalentTo(new float[,,] { { { 1, 10 }, { 2, 20 } }, { { 2, 20 }, { 3, 30 } } });
    }

    [Fact]
    public void Plain_numbers_are_steps_of_one_feature()
    {
        var (x, y) = SupervisedFrames.ToSupervised([0.5f, 1f, 1.5f], nIn: 2, nOut: 1);

        x.Should().BeEquivalentTo(new[,,] { { { 0.5f }, { 1f } }, { { 1f }, { 1.5f } } });
        y.Should().BeEquivalentTo(new[,,] { { { 0.5f } }, { { 1f } } });
    }

    [Fact]
    public void Every_window_is_a_run_of_the_sequence_and_its_target_the_head() => Property.Holds(
        from length in Property.Between(1, 20)
        from nIn in Property.Between(1, length)
        from nOut in Property.Between(1, nIn)
        from features in Property.Between(1, 4)
        from sequence in Property.Series(length, features)
        select (sequence, nIn, nOut),
        drawn =>
        {
            var (sequence, nIn, nOut) = drawn;
            var features = sequence.GetLength(1);
            var rows = sequence.Cast<float>().ToList();

            var (x, y) = SupervisedFrames.ToSupervised(sequence, nIn, nOut);

            var windows = sequence.GetLength(0) - nIn + 1;
            (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((windows, nIn, features));
            (y.GetLength(0), y.GetLength(1), y.GetLength(2)).Should().Be((windows, nOut, features));
            x.Cast<float>().Should().Equal(Enumerable.Range(0, windows).SelectMany(w => rows.Skip(w * features).Take(nIn * features)));
            y.Cast<float>().Should().Equal(Enumerable.Range(0, windows).SelectMany(w => rows.Skip(w * features).Take(nOut * features)));
        });

    [Theory]
    [InlineData(5)]
    [InlineData(2)]
    public void A_random_echo_has_the_tutorials_shapes(int nOut)
    {
        var (x, y) = SupervisedFrames.RandomEcho(new RandomSequence(1), nIn: 5, nOut);

        (x.GetLength(0), x.GetLength(1), x.GetLength(2)).Should().Be((21, 5, 100));
        (y.GetLength(0), y.GetLength(1), y.GetLength(2)).Should().Be((21, nOut, 100));
    }

    [Fact]
    public void A_random_echo_is_the_sources_next_sequence()
    {
        var (source, twin) = (new RandomSequence(4), new RandomSequence(4));
        SupervisedFrames.RandomEcho(source, 4, 4, length: 10, classes: 6);
        twin.Next(10, 6);

        var (x, y) = SupervisedFrames.RandomEcho(source, 4, 2, length: 10, classes: 6);

        var (expectedX, expectedY) = SupervisedFrames.ToSupervised(twin.Next(10, 6), 4, 2);
        OneHot.Decode(x).Should().BeEquivalentTo(expectedX);
        OneHot.Decode(y).Should().BeEquivalentTo(expectedY);
    }

    [Fact]
    public void An_echo_longer_than_its_window_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToSupervised(Tutorial, nIn: 5, nOut: 6),
        "ToSupervised expects 1 <= nOut <= nIn <= length but received nOut 6, nIn 5 and a length of 25. "
        + $"An echo is no longer than what was heard: lower nOut or raise nIn. (Parameter 'nOut'){Environment.NewLine}Actual value was 6.");

    [Fact]
    public void A_window_longer_than_the_sequence_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToSupervised([1f, 2f, 3f], nIn: 5, nOut: 1),
        "ToSupervised expects 1 <= nOut <= nIn <= length but received nOut 1, nIn 5 and a length of 3. "
        + $"A window must fit into the sequence: lower nIn or give a longer sequence. (Parameter 'nIn'){Environment.NewLine}Actual value was 5.");

    [Fact]
    public void An_echo_of_nothing_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.ToSupervised(new float[4, 2], nIn: 2, nOut: 0),
        "ToSupervised expects 1 <= nOut <= nIn <= length but received nOut 0, nIn 2 and a length of 4. "
        + $"Ask for at least 1 step of echo. (Parameter 'nOut'){Environment.NewLine}Actual value was 0.");

    [Fact]
    public void A_refused_random_echo_takes_nothing_from_its_source()
    {
        var source = new RandomSequence(4);

        Errors.Expect<ArgumentOutOfRangeException>(
            () => SupervisedFrames.RandomEcho(source, nIn: 26, nOut: 1),
            "RandomEcho expects 1 <= nOut <= nIn <= length but received nOut 1, nIn 26 and a length of 25. "
            + $"A window must fit into the sequence: lower nIn or give a longer sequence. (Parameter 'nIn'){Environment.NewLine}Actual value was 26.");

        source.Next().Should().Equal(new RandomSequence(4).Next());
    }
}
