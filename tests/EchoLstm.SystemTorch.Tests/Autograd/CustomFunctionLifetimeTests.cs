using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Tests;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

/// <summary>Custom functions over many calls, on several threads, and disposed more than once.</summary>
public class CustomFunctionLifetimeTests
{
    private const long Mebi = 1 << 20;

    // libtorch runs a backward inside of this many others on a thread of its own.
    private const int NestedUntilOwnThread = 60;

    [Fact]
    public void A_hundred_thousand_calls_hold_flat_memory()
    {
        using var x = Doubles(1.5).requires_grad_();
        Train(x, 10_000);
        var (before, tensors) = (MemoryInUse.Now(), Tensor.TotalCount);

        Train(x, 100_000);

        (MemoryInUse.Now() - before).Should().BeLessThan(8 * Mebi);
        Tensor.TotalCount.Should().BeLessThanOrEqualTo(tensors);
        x.grad!.item<double>().Should().BeApproximately(110_000 * 2 * 1.5, 1e-6);

        static void Train(Tensor x, int calls)
        {
            for (var i = 0; i < calls; i++)
            {
                using var scope = NewDisposeScope();
                Square.apply(x).backward();
            }
        }
    }

    [Fact]
    public void An_exception_of_backward_is_let_go()
    {
        var thrown = FailAndForget();
        using (var x = Doubles(1))
        {
            // The next error of the thread takes the place of the last.
            var act = () => Matmul(x, x);
            act.Should().Throw<ExternalException>().Which.InnerException.Should().BeNull();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        thrown.TryGetTarget(out _).Should().BeFalse();
    }

    [Fact]
    public void An_exception_on_a_thread_of_libtorch_arrives_at_the_caller()
    {
        using var x = Doubles(1).requires_grad_();
        Nested.Depth = 0;
        Nested.Threads.Clear();

        var act = () => Nested.apply(x).backward();

        Exception cause = act.Should().Throw<ExternalException>().Which;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        cause.Should().BeOfType<FormatException>().Which.Message.Should().Be("deep enough");
        Nested.Threads.Should().HaveCountGreaterThan(1, "the innermost backward runs on a thread of libtorch");
    }

    [Fact]
    public void A_graph_may_be_walked_on_another_thread_than_it_was_made_on()
    {
        using var x = Doubles(3).requires_grad_();
        using var y = Square.apply(x);
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            try
            {
                for (var i = 0; i < 200; i++)
                {
                    using var scope = NewDisposeScope();
                    autograd.grad([y], [x], retain_graph: true)[0].item<double>().Should().Be(6);
                    using var own = Doubles(i).requires_grad_();
                    Square.apply(own).backward();
                    own.grad!.item<double>().Should().Be(2 * i);
                }
            }
            catch (Exception failure)
            {
                lock (failures)
                {
                    failures.Add(failure);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        failures.Should().BeEmpty();
    }

    [Fact]
    public void No_gradient_for_a_tensor_leaves_it_without_one()
    {
        using var x = Doubles(2).requires_grad_();
        using var scale = Doubles(5).requires_grad_();
        FrozenScale.apply(x, scale).backward();
        x.grad!.item<double>().Should().Be(5);
        scale.grad.Should().BeNull();
    }

    [Fact]
    public void Disposing_again_changes_nothing()
    {
        var x = Doubles(2).requires_grad_();
        var y = Tidy.apply(x);
        y.backward(retain_graph: true);
        y.backward();
        y.Dispose();
        y.Dispose();
        x.grad!.item<double>().Should().Be(8);
        x.Dispose();
        x.Dispose();
    }

    [Fact]
    public void A_graph_outlives_the_tensors_that_it_saved()
    {
        using var leaf = Doubles(3).requires_grad_();
        Tensor y;
        using (var x = Mul(leaf, leaf))
        {
            y = Square.apply(x);
        }

        using (y)
        {
            y.backward();
        }

        leaf.grad!.item<double>().Should().Be(4 * 27);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Exception> FailAndForget()
    {
        using var x = Doubles(1).requires_grad_();
        using var y = Failing.apply(x);
        var act = () => y.backward();
        return new(act.Should().Throw<ExternalException>().WithInnerException<FormatException>().Which);
    }

    private sealed class Square : autograd.SingleTensorFunction<Square>
    {
        public override string Name => nameof(Square);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            return Mul(x, x);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            return [Mul(grad_output, Add(x, x))];
        }
    }

    private sealed class Nested : autograd.SingleTensorFunction<Nested>
    {
        internal static HashSet<int> Threads { get; } = [];

        internal static int Depth { get; set; }

        public override string Name => nameof(Nested);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => Mul((Tensor)vars[0], (Tensor)vars[0]);

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            if (++Depth > NestedUntilOwnThread + 2)
            {
                throw new FormatException("deep enough");
            }

            using var grad = enable_grad();
            using var inner = Doubles(1).requires_grad_();
            apply(inner).backward();
            return [grad_output];
        }
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => Mul((Tensor)vars[0], (Tensor)vars[0]);

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => throw new FormatException("no gradient today");
    }

    private sealed class FrozenScale : autograd.SingleTensorFunction<FrozenScale>
    {
        public override string Name => nameof(FrozenScale);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[1]]);
            return Mul((Tensor)vars[0], (Tensor)vars[1]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [Mul(grad_output, ctx.get_saved_variables()[0]), null!];
    }

    private sealed class Tidy : autograd.SingleTensorFunction<Tidy>
    {
        public override string Name => nameof(Tidy);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            return Mul(x, x);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            var gradient = Mul(grad_output, Add(x, x));
            x.Dispose();
            x.Dispose();
            grad_output.Dispose();
            grad_output.Dispose();
            ctx.Dispose();
            ctx.Dispose();
            return [gradient];
        }
    }
}
