using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class DisposeScopeTests
{
    private readonly ThreadDisposeScopeStatistics _statistics = DisposeScopeManager.Statistics;

    public DisposeScopeTests() => _statistics.Reset();

    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        Tensor inside;
        using (NewDisposeScope())
        {
            inside = Vector(1);
        }

        inside.IsInvalid.Should().BeTrue();
        _statistics.CreatedInScopeCount.Should().Be(1);
        _statistics.DisposedInScopeCount.Should().Be(1);
        _statistics.ThreadTotalLiveCount.Should().Be(0);
        CurrentDisposeScope.Should().BeNull();
    }

    [Fact]
    public void Without_a_scope_tensors_are_left_alone_and_counted_apart()
    {
        var tensor = Vector(1);
        _statistics.CreatedOutsideScopeCount.Should().Be(1);
        _statistics.ThreadTotalLiveCount.Should().Be(1);
        tensor.Dispose();
        _statistics.DisposedOutsideScopeCount.Should().Be(1);
        _statistics.ThreadTotalLiveCount.Should().Be(0);
    }

    [Fact]
    public void The_innermost_scope_takes_a_tensor_and_can_hand_it_on()
    {
        Tensor moved;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                moved = Vector(1);
                inner.Contains(moved).Should().BeTrue();
                moved.MoveToOuterDisposeScope().Should().BeSameAs(moved);
                inner.Contains(moved).Should().BeFalse();
            }

            moved.IsInvalid.Should().BeFalse();
            outer.Contains(moved).Should().BeTrue();
        }

        moved.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void Moving_out_of_the_outermost_scope_detaches()
    {
        Tensor moved;
        using (var scope = NewDisposeScope())
        {
            moved = scope.MoveToOuter(Vector(1));
        }

        moved.IsInvalid.Should().BeFalse();
        _statistics.DetachedFromScopeCount.Should().Be(1);
        moved.Dispose();
        _statistics.DisposedOutsideScopeCount.Should().Be(1);
    }

    [Fact]
    public void Detached_tensors_survive_and_attached_ones_do_not()
    {
        var before = Vector(1);
        Tensor detached;
        using (var scope = NewDisposeScope())
        {
            detached = Vector(2).DetachFromDisposeScope();
            scope.Attach(before);
            scope.DisposablesCount.Should().Be(1);
        }

        before.IsInvalid.Should().BeTrue();
        detached.IsInvalid.Should().BeFalse();
        _statistics.AttachedToScopeCount.Should().Be(1);
        _statistics.DetachedFromScopeCount.Should().Be(1);
        _statistics.ThreadTotalLiveCount.Should().Be(1);
        detached.Dispose();
    }

    [Fact]
    public void A_scope_can_be_emptied_but_for_some()
    {
        using var scope = NewDisposeScope();
        var first = Vector(1);
        var kept = scope.DisposeEverythingBut(Vector(2));
        first.IsInvalid.Should().BeTrue();
        kept.IsInvalid.Should().BeFalse();
        scope.DisposablesView.Should().Equal(kept);
        scope.DisposeEverything();
        kept.IsInvalid.Should().BeTrue();
        scope.DisposablesCount.Should().Be(0);
    }

    [Fact]
    public void A_tensor_disposed_by_hand_leaves_its_scope()
    {
        using var scope = NewDisposeScope();
        Vector(1).Dispose();
        scope.DisposablesCount.Should().Be(0);
        _statistics.DisposedInScopeCount.Should().Be(1);
    }

    [Fact]
    public void Several_at_once_keep_their_order()
    {
        using var outer = NewDisposeScope();
        (Tensor first, Tensor second) pair;
        using (var inner = NewDisposeScope())
        {
            pair = inner.MoveToOuter(Vector(1), Vector(2));
        }

        Values(pair.first).Should().Equal(1);
        Values(pair.second).Should().Equal(2);
    }

    [Fact]
    public void Scopes_disposed_out_of_order_leave_the_stack_whole()
    {
        var outer = NewDisposeScope();
        var middle = NewDisposeScope();
        var inner = NewDisposeScope();
        middle.Dispose();
        CurrentDisposeScope.Should().BeSameAs(inner);
        inner.Dispose();
        CurrentDisposeScope.Should().BeSameAs(outer);
        outer.Dispose();
        CurrentDisposeScope.Should().BeNull();
    }

    [Fact]
    public void A_closed_scope_refuses_to_work()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        scope.Dispose();
        scope.Invoking(s => s.DisposablesCount).Should().Throw<ObjectDisposedException>();
        scope.Invoking(s => s.Attach(Vector(1))).Should().Throw<ObjectDisposedException>();
        scope.Invoking(s => s.DisposeEverything()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Only_tensors_are_accepted()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        scope.Invoking(s => s.Attach(stream)).Should().Throw<InvalidOperationException>().WithMessage("*System.IO.MemoryStream*");
    }

    [Fact]
    public void A_wrapped_computation_leaves_only_its_result()
    {
        var result = WrappedTensorDisposeScope(() => Add(Vector(1), Vector(2)));
        Values(result).Should().Equal(3);
        _statistics.ThreadTotalLiveCount.Should().Be(1);
        result.Dispose();
    }

    [Fact]
    public void Tensors_follow_another_tensor_to_its_scope()
    {
        var free = Vector(1);
        using (NewDisposeScope())
        {
            var owned = Vector(2);
            free.MoveToOtherDisposeScope(owned);
            owned.MoveToOtherDisposeScope((DisposeScope?)null);
            free.OwningDisposeScope.Should().NotBeNull();
            owned.OwningDisposeScope.Should().BeNull();
            owned.Dispose();
        }

        free.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void Scopes_and_statistics_belong_to_their_thread()
    {
        using var scope = NewDisposeScope();
        var thread = new Thread(() =>
        {
            CurrentDisposeScope.Should().BeNull();
            DisposeScopeManager.Statistics.CreatedInScopeCount.Should().Be(0);
            Vector(1).Dispose();
        });
        thread.Start();
        thread.Join();
        scope.DisposablesCount.Should().Be(0);
        _statistics.ToString().Should().StartWith("ThreadTotalLiveCount: 0; ");
    }
}
