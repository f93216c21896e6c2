using EchoLstm.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Data;

public class RandomSequenceTests
{
    [Fact]
    public void Twenty_five_integers_of_0_to_99_by_default()
    {
        var sequence = new RandomSequence(seed: 1).Next();

        sequence.Should().HaveCount(25).And.OnlyContain(value => value >= 0 && value <= 99);
    }

    [Fact]
    public void Both_ends_of_the_range_occur()
    {
        var many = new RandomSequence(seed: 1).Next(length: 5000);

        many.Min().Should().Be(0);
        many.Max().Should().Be(99);
    }

    [Fact]
    public void A_seed_gives_these_integers_on_every_machine() =>
        new RandomSequence(seed: 1).Next(length: 8, classes: 100).Should().Equal(70, 52, 57, 39, 69, 14, 7, 38);

    [Fact]
    public void The_stream_goes_on_and_repeats_with_its_seed()
    {
        var (first, second) = (new RandomSequence(7), new RandomSequence(7));

        var sequences = Enumerable.Range(0, 3).Select(_ => first.Next()).ToList();

        sequences[1].Should().NotEqual(sequences[0]);
        sequences[2].Should().NotEqual(sequences[1]);
        foreach (var sequence in sequences)
        {
            second.Next().Should().Equal(sequence);
        }
        new RandomSequence(8).Next().Should().NotEqual(sequences[0]);
    }

    [Fact]
    public void A_drawn_seed_can_be_read_and_repeats_the_stream()
    {
        var random = new RandomSequence();

        new RandomSequence(random.Seed).Next().Should().Equal(random.Next());
    }

    [Fact]
    public void Classes_are_equally_likely()
    {
        const int PerClass = 1000;
        var counts = new RandomSequence(seed: 3).Next(length: 100 * PerClass).CountBy(value => value).Select(pair => pair.Value).ToList();

        // Chi squared with 99 degrees of freedom lies below 149 in 999 of 1000 draws.
        counts.Should().HaveCount(100);
        counts.Sum(count => Math.Pow(count - PerClass, 2) / PerClass).Should().BeLessThan(149);
    }

    [Fact]
    public void Every_length_and_number_of_classes_is_kept() => Property.Holds(
        from length in Property.Between(1, 60)
        from classes in Property.Between(1, 40)
        from seed in Property.Between(int.MinValue, int.MaxValue)
        select (length, classes, seed),
        drawn =>
        {
            var (length, classes, seed) = drawn;
            new RandomSequence(seed).Next(length, classes).Should().HaveCount(length).And.OnlyContain(value => value >= 0 && value < classes);
        });

    [Fact]
    public void A_length_below_1_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => new RandomSequence(1).Next(length: 0),
        $"RandomSequence expects a length of at least 1. (Parameter 'length'){Environment.NewLine}Actual value was 0.");

    [Fact]
    public void Classes_below_1_are_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => new RandomSequence(1).Next(classes: 0),
        $"RandomSequence expects at least 1 class: the integers are 0 to classes - 1. (Parameter 'classes'){Environment.NewLine}Actual value was 0.");
}
