using TorchSharp.Interop;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class GeneratorTests
{
    private static readonly Operator Randn = Operator.Find("aten::randn");

    [Fact]
    public void One_seed_gives_one_sequence()
    {
        manual_seed(42).initial_seed().Should().Be(42);
        var first = Values(Randn.Call(new long[] { 5 }));
        manual_seed(42);
        Values(Randn.Call(new long[] { 5 })).Should().Equal(first);
        initial_seed().Should().Be(42);
        seed();
        Values(Randn.Call(new long[] { 5 })).Should().NotEqual(first);
    }

    [Fact]
    public void A_state_is_saved_and_restored()
    {
        manual_seed(1);
        using var state = get_rng_state();
        var first = Values(Randn.Call(new long[] { 5 }));
        set_rng_state(state);
        Values(Randn.Call(new long[] { 5 })).Should().Equal(first);
    }

    [Fact]
    public void The_known_numbers_of_seed_zero_appear()
    {
        // What PyTorch draws on a processor for torch.manual_seed(0); torch.rand(3).
        manual_seed(0);
        var drawn = Values(Operator.Find("aten::rand").Call(new long[] { 3 }));
        drawn[0].Should().BeApproximately(0.4963f, 1e-4f);
        drawn[1].Should().BeApproximately(0.7682f, 1e-4f);
        drawn[2].Should().BeApproximately(0.0885f, 1e-4f);
    }

    [Fact]
    public void A_disposed_generator_refuses_to_draw()
    {
        var generator = new Generator(3);
        generator.manual_seed(5).Should().BeSameAs(generator);
        generator.initial_seed().Should().Be(5);
        generator.Dispose();
        generator.Dispose();
        generator.Invoking(g => g.initial_seed()).Should().Throw<ObjectDisposedException>();
        var act = () => Operator.Find("aten::randn", "generator").Call(new long[] { 1 }, generator);
        act.Should().Throw<ObjectDisposedException>();
    }
}
