using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorRandomTests
{
    private const int Seed = 17;

    // Four standard deviations of a mean over 10,000 draws stay below 0.05 for all distributions drawn here.
    private const int Draws = 10_000;
    private const double Tolerance = 0.05;

    private static double Mean(Tensor values) => values.to_type(ScalarType.Float64).mean().item<double>();

    [Fact]
    public void Distributions_have_their_moments()
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        Mean(rand(Draws)).Should().BeApproximately(0.5, Tolerance);
        rand(Draws).max().item<float>().Should().BeLessThan(1);
        rand(Draws).min().item<float>().Should().BeGreaterThanOrEqualTo(0);
        var normal = randn(Draws, dtype: float64);
        Mean(normal).Should().BeApproximately(0, Tolerance);
        normal.std().item<double>().Should().BeApproximately(1, Tolerance);
        Mean(torch.normal(2, 0.5, stackalloc long[] { Draws })).Should().BeApproximately(2, Tolerance);
        Mean(empty(Draws).uniform_(2, 4)).Should().BeApproximately(3, Tolerance);
        Mean(empty(Draws).normal_(1, 0.5)).Should().BeApproximately(1, Tolerance);
        Mean(empty(Draws).exponential_(2)).Should().BeApproximately(0.5, Tolerance);
        Mean(empty(Draws).bernoulli_(0.25)).Should().BeApproximately(0.25, Tolerance);
        Mean(full(Draws, 0.25).bernoulli()).Should().BeApproximately(0.25, Tolerance);
        Mean(empty(Draws).bernoulli_(tensor(0.75))).Should().BeApproximately(0.75, Tolerance);
        Mean(torch.bernoulli(full(Draws, 0.5))).Should().BeApproximately(0.5, Tolerance);
        Mean(torch.normal(ones(Draws), full(Draws, 0.5))).Should().BeApproximately(1, Tolerance);
    }

    [Fact]
    public void Whole_numbers_stay_in_their_range()
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        var drawn = randint(3, 6, new long[] { Draws });
        drawn.OfType(ScalarType.Int64).unique().output.ShouldHold(3, 4, 5);
        randint(2, new long[] { 2, 3 }).shape.Should().Equal(2, 3);
        randint(1, 3, (2, 2), dtype: float32).OfType(ScalarType.Float32).shape.Should().Equal(2, 2);
        empty(Draws).random_(0, 2).unique().output.ShouldHold(0, 1);
        zeros(4).randint_like(5, 6).ShouldHold(5, 5, 5, 5);
        FluentActions.Invoking(() => randint(0, 300, new long[] { 1 }, dtype: uint8)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Permutations_hold_every_number_once()
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        var order = randperm(100);
        order.OfType(ScalarType.Int64).sort().Values.Equals(arange(100)).Should().BeTrue();
        order.Equals(arange(100)).Should().BeFalse();
        randperm(3, dtype: int32).OfType(ScalarType.Int32);
    }

    [Fact]
    public void Weights_draw_indices()
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        tensor(new float[] { 0, 1, 0 }).multinomial(5, replacement: true).ShouldBe([5], 1, 1, 1, 1, 1);
        torch.multinomial(tensor(new float[] { 1, 1 }), 2).sort().Values.ShouldHold(0, 1);
        FluentActions.Invoking(() => tensor(new float[] { 1, 1 }).multinomial(3)).Should().Throw<Exception>();
    }

    [Fact]
    public void Shapes_and_types()
    {
        using var scope = NewDisposeScope();
        rand(2, 3).OfType(ScalarType.Float32).shape.Should().Equal(2, 3);
        rand(new long[] { 2 }, dtype: float64).OfType(ScalarType.Float64).shape.Should().Equal(2);
        randn(1, 2, 3, 4).shape.Should().Equal(1, 2, 3, 4);
        randn(3L, requires_grad: true).requires_grad.Should().BeTrue();
        var model = zeros(2, 2, dtype: float64);
        rand_like(model).OfType(ScalarType.Float64).shape.Should().Equal(2, 2);
        model.randn_like(dtype: float32).OfType(ScalarType.Float32).shape.Should().Equal(2, 2);
        FluentActions.Invoking(() => rand(2, dtype: int32)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_seed_repeats_the_numbers()
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        var first = randn(5);
        manual_seed(Seed);
        randn(5).Equals(first).Should().BeTrue();
        using var one = new Generator(Seed);
        using var other = new Generator(Seed);
        rand(5, generator: one).Equals(rand(5, generator: other)).Should().BeTrue();
        rand(5, generator: one).Equals(rand(5, generator: one)).Should().BeFalse();
        rand(10, generator: other);
        empty(3).uniform_(0, 1, one).Equals(empty(3).uniform_(0, 1, other)).Should().BeTrue();
        randperm(9, generator: one).Equals(randperm(9, generator: other)).Should().BeTrue();
    }
}
