using System.Runtime.CompilerServices;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class TensorLifetimeTests
{
    [Fact]
    public void Use_after_dispose_throws()
    {
        var tensor = Vector(1, 2);
        var accessor = tensor.data<float>();
        tensor.Dispose();
        tensor.IsInvalid.Should().BeTrue();

        Action[] uses =
        [
            () => _ = tensor.Handle,
            () => Add(tensor, tensor),
            () => _ = tensor.requires_grad,
            () => _ = tensor.grad,
            () => tensor.backward(),
            () => tensor.detach(),
            () => tensor.data<float>(),
            () => tensor.item<float>(),
            () => _ = tensor.bytes.Length,
            () => _ = accessor[0],
            () => accessor.ToArray(),
            () => tensor.DecoupleFromNativeHandle(),
            () => TorchSharp.Interop.Operator.Find("aten::cat").Call(new[] { tensor }),
            () => autograd.grad([tensor], [tensor]),
        ];
        foreach (var use in uses)
        {
            use.Should().Throw<InvalidOperationException>();
        }
    }

    [Fact]
    public void Disposing_twice_counts_once()
    {
        var live = Tensor.TotalCount;
        var tensor = Vector(1);
        Tensor.TotalCount.Should().Be(live + 1);
        Tensor.PeakCount.Should().BeGreaterThanOrEqualTo(live + 1);
        tensor.Dispose();
        tensor.Dispose();
        Tensor.TotalCount.Should().Be(live);
    }

    [Fact]
    public void A_handle_given_away_makes_another_tensor()
    {
        var live = Tensor.TotalCount;
        var first = Vector(1, 2);
        var handle = first.DecoupleFromNativeHandle();
        first.IsInvalid.Should().BeTrue();
        using (var second = Tensor.UnsafeCreateTensor(handle))
        {
            Values(second).Should().Equal(1, 2);
        }

        Tensor.TotalCount.Should().Be(live);
    }

    [Fact]
    public void A_replaced_handle_shows_the_other_tensor()
    {
        var live = Tensor.TotalCount;
        using (var target = Vector(1, 2))
        {
            target.ReplaceHandle(Vector(3).MoveHandle());
            Values(target).Should().Equal(3);
        }

        Tensor.TotalCount.Should().Be(live);
    }

    [Fact]
    public void Finalisers_free_what_nobody_disposed()
    {
        Collect();
        var live = Tensor.TotalCount;
        LeaveBehind(1000);
        Collect();
        Tensor.TotalCount.Should().BeLessThan(live + 100);
    }

    [Fact]
    public void A_view_outlives_its_base()
    {
        var whole = Vector(1, 2, 3);
        using var part = TorchSharp.Interop.Operator.Find("aten::slice", "Tensor").Call(whole, 0, 1L, 3L);
        whole.Dispose();
        Values(part).Should().Equal(2, 3);
    }

    [Fact]
    public void An_array_stays_in_place_as_long_as_a_tensor_sees_it()
    {
        var (view, array) = ViewOfArray();
        Collect();
        IsAlive(array).Should().BeTrue();
        Values(view).Should().Equal(2, 3);
        view.Dispose();
        Collect();
        IsAlive(array).Should().BeFalse();
    }

    [Fact]
    public void An_array_and_its_tensor_share_their_elements()
    {
        var array = new float[] { 1, 2 };
        using var tensor = Tensor.FromArray(array, [2], ScalarType.Float32);
        array[0] = 7;
        Values(tensor).Should().Equal(7, 2);
        tensor.data<float>()[1] = 9;
        array[1].Should().Be(9);
    }

    [Fact]
    public void Data_of_the_wrong_length_is_refused()
    {
        var act = () => Tensor.FromData<float>([1, 2, 3], [2, 2], ScalarType.Float32);
        act.Should().Throw<System.Runtime.InteropServices.ExternalException>()
            .WithMessage("tensor: a tensor of shape [2, 2] takes 16 bytes but was given 12");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Tensor View, WeakReference<float[]> Array) ViewOfArray()
    {
        var array = new float[] { 1, 2, 3 };
        using var whole = Tensor.FromArray(array, [3], ScalarType.Float32);
        return (TorchSharp.Interop.Operator.Find("aten::slice", "Tensor").Call(whole, 0, 1L, 3L), new WeakReference<float[]>(array));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAlive(WeakReference<float[]> array) => array.TryGetTarget(out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveBehind(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Vector(1, 2, 3);
        }
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
