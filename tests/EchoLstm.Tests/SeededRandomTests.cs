namespace EchoLstm.Tests;

public class SeededRandomTests
{
    [Fact]
    public void It_is_xoshiro256_starstar_seeded_by_SplitMix64()
    {
        // The published vector of Rust's rand_xoshiro for seed_from_u64(0).
        var random = new SeededRandom(0);

        Enumerable.Range(0, 4).Select(_ => random.NextBits()).Should().Equal(11091344671253066420, 13793997310169335082, 1900383378846508768, 7684712102626143532);
    }

    [Fact]
    public void Uniform_numbers_have_the_mean_and_variance_of_their_range()
    {
        var random = new SeededRandom(1);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextUniform()).ToList();

        values.Should().OnlyContain(value => value >= 0 && value < 1);
        values.Average().Should().BeApproximately(0.5, 0.005);
        values.Average(value => (value - 0.5) * (value - 0.5)).Should().BeApproximately(1 / 12.0, 0.002);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_bell()
    {
        var random = new SeededRandom(1);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextNormal()).ToList();

        values.Average().Should().BeApproximately(0, 0.02);
        values.Average(value => value * value).Should().BeApproximately(1, 0.03);
        values.Average(value => Math.Pow(value, 4)).Should().BeApproximately(3, 0.15);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1L << 62)]
    [InlineData(long.MaxValue)]
    public void Whole_numbers_lie_below_their_bound(long bound)
    {
        var random = new SeededRandom(1);

        Enumerable.Range(0, 1000).Select(_ => random.NextBelow(bound)).Should().OnlyContain(value => value >= 0 && value < bound);
    }

    [Fact]
    public void Each_order_is_equally_likely()
    {
        var random = new SeededRandom(1);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            long[] items = [0, 1, 2, 3];
            random.Shuffle(items);
            var order = string.Join("", items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        counts.Should().HaveCount(24);
        // 1000 expected, a deviation of 31: five of them.
        counts.Values.Should().OnlyContain(count => count > 845 && count < 1155);
    }
}
