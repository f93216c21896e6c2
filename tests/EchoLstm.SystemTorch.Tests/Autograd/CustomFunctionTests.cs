using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class CustomFunctionTests
{
    // Central differences in float64: the error is about h^2, and 1e-16 / h from rounding.
    private const double Step = 1e-5;
    private const double Tolerance = 1e-7;

    [Fact]
    public void A_saved_output_gives_the_gradient_of_finite_differences()
    {
        double[] values = [-1.3, 0.2, 0.7];
        var x = Doubles(values).requires_grad_();
        Sum(OwnTanh.apply(x)).backward();
        var gradient = x.grad!.data<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            gradient[i].Should().BeApproximately(Difference(values, i, v => Sum(Tanh(v))), Tolerance);
        }
    }

    [Fact]
    public void Arguments_that_are_no_tensors_pass_through()
    {
        double[] values = [0.5, -2];
        var x = Doubles(values).requires_grad_();
        var y = Doubles(3, 4);
        Sum(ScaledProduct.apply(x, 2.5, y)).backward();
        var gradient = x.grad!.data<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            gradient[i].Should().BeApproximately(Difference(values, i, v => Sum(ScaledProduct.apply(v, 2.5, y))), Tolerance);
        }

        y.grad.Should().BeNull();
    }

    [Fact]
    public void Gradients_of_gradients_flow_through_a_recorded_backward()
    {
        double[] values = [0.4];
        var x = Doubles(values).requires_grad_();
        var first = autograd.grad([Sum(OwnTanh.apply(x))], [x], retain_graph: true, create_graph: true)[0];
        var second = autograd.grad([Sum(first)], [x])[0];
        second.item<double>().Should().BeApproximately(Difference(values, 0, FirstDerivative), Tolerance);

        static Tensor FirstDerivative(Tensor v)
        {
            var t = Tanh(v);
            return Sum(Add(Doubles(1), Operator.Find("aten::neg").Call(Mul(t, t))));
        }
    }

    [Fact]
    public void Several_outputs_have_their_own_gradients()
    {
        var x = Doubles(3).requires_grad_();
        var parts = SumAndSquare.apply(x, Doubles(4));
        parts[0].item<double>().Should().Be(7);
        parts[1].item<double>().Should().Be(9);
        Add(parts[0], parts[1]).backward();
        x.grad!.item<double>().Should().Be(7);
    }

    [Fact]
    public void An_unused_output_arrives_as_zeros()
    {
        var x = Doubles(3).requires_grad_();
        SumAndSquare.apply(x, Doubles(4))[1].backward();
        x.grad!.item<double>().Should().Be(6);
    }

    [Fact]
    public void An_unused_output_can_arrive_as_nothing()
    {
        var x = Doubles(3).requires_grad_();
        Unmaterialized.apply(x)[1].backward();
        x.grad!.item<double>().Should().Be(1);
        Unmaterialized.FirstWasInvalid.Should().BeTrue();
    }

    [Fact]
    public void Without_recording_nothing_is_kept()
    {
        var x = Doubles(1);
        OwnTanh.apply(x).requires_grad.Should().BeFalse();
        x.requires_grad = true;
        using (no_grad())
        {
            OwnTanh.apply(x).requires_grad.Should().BeFalse();
        }
    }

    [Fact]
    public void An_output_may_be_an_input()
    {
        var x = Doubles(2).requires_grad_();
        var y = PassThrough.apply(x);
        Sum(Mul(y, y)).backward();
        x.grad!.item<double>().Should().Be(-4);
    }

    [Fact]
    public void An_input_changed_in_place_is_marked_dirty()
    {
        var leaf = Doubles(2).requires_grad_();
        var x = Mul(leaf, Doubles(1));
        var y = DoubledInPlace.apply(x);
        Sum(y).backward();
        leaf.grad!.item<double>().Should().Be(2);
        x.item<double>().Should().Be(4);
    }

    [Fact]
    public void Outputs_without_gradient_are_marked()
    {
        var x = Doubles(2, 5).requires_grad_();
        var parts = LargestWithIndex.apply(x);
        parts[0].requires_grad.Should().BeTrue();
        parts[1].requires_grad.Should().BeFalse();
        parts[0].backward();
        x.grad!.data<double>().ToArray().Should().Equal(0, 1);
    }

    [Fact]
    public void An_exception_of_backward_comes_out_of_backward()
    {
        var x = Doubles(1).requires_grad_();
        var y = Sum(Failing.apply(x));
        var act = () => y.backward();
        var thrown = act.Should().Throw<ExternalException>().Which;
        thrown.InnerException.Should().BeOfType<FormatException>().Which.Message.Should().Be("no gradient today");
        Sum(OwnTanh.apply(x)).backward();
    }

    [Fact]
    public void A_wrong_number_of_gradients_is_named()
    {
        var x = Doubles(1).requires_grad_();
        var y = Sum(TooFew.apply(x, Doubles(1)));
        y.Invoking(t => t.backward()).Should().Throw<ExternalException>().WithInnerException<InvalidOperationException>()
            .WithMessage("The backward of TooFew returned 1 gradients, but its forward took 2 arguments.");
    }

    [Fact]
    public void Saved_tensors_belong_to_backward_and_go_with_the_graph()
    {
        var x = Doubles(1).requires_grad_();
        var y = Sum(OwnTanh.apply(x));
        y.backward();
        y.Invoking(t => t.backward()).Should().Throw<ExternalException>();
        OwnTanh.Context!.Invoking(c => c.get_saved_variables()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Saved_tensors_changed_in_place_are_noticed()
    {
        var x = Doubles(1).requires_grad_();
        var y = OwnTanh.apply(x);
        Operator.Find("aten::mul_", "Scalar").CallDropping(y, 2.0);
        Sum(y).Invoking(t => t.backward()).Should().Throw<ExternalException>()
            .WithInnerException<ExternalException>().WithMessage("*has been modified by an inplace operation*");
    }

    [Fact]
    public void Graphs_with_saved_outputs_are_freed()
    {
        var contexts = MakeGraphs(200);
        for (var i = 0; i < 4; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        contexts.Count(context => context.TryGetTarget(out _)).Should().BeLessThan(5);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference<autograd.AutogradContext>> MakeGraphs(int count)
    {
        var contexts = new List<WeakReference<autograd.AutogradContext>>();
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var x = Doubles(1).requires_grad_();
            var y = Sum(OwnTanh.apply(x));
            contexts.Add(new(OwnTanh.Context!));
            if (i % 2 == 0)
            {
                y.backward();
            }
        }

        OwnTanh.Context = null;
        return contexts;
    }

    private static double Difference(double[] values, int index, Func<Tensor, Tensor> function)
    {
        using var quiet = no_grad();
        double[] above = [.. values];
        double[] below = [.. values];
        above[index] += Step;
        below[index] -= Step;
        return (function(Doubles(above)).item<double>() - function(Doubles(below)).item<double>()) / (2 * Step);
    }

    private sealed class OwnTanh : autograd.SingleTensorFunction<OwnTanh>
    {
        internal static autograd.AutogradContext? Context { get; set; }

        public override string Name => nameof(OwnTanh);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Context = ctx;
            var result = Tanh((Tensor)vars[0]);
            ctx.save_for_backward([result]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var result = ctx.get_saved_variables()[0];
            var slope = Add(Doubles(1), Operator.Find("aten::neg").Call(Mul(result, result)));
            return [Mul(grad_output, slope)];
        }
    }

    private sealed class ScaledProduct : autograd.SingleTensorFunction<ScaledProduct>
    {
        public override string Name => nameof(ScaledProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[2]]);
            ctx.save_data("factor", vars[1]);
            return Mul(Mul((Tensor)vars[0], (Tensor)vars[2]), Doubles((double)vars[1]));
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var factor = (double)ctx.get_data("factor")!;
            return [Mul(Mul(grad_output, ctx.get_saved_variables()[0]!), Doubles(factor)), null!, null!];
        }
    }

    private sealed class SumAndSquare : autograd.MultiTensorFunction<SumAndSquare>
    {
        public override string Name => nameof(SumAndSquare);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, y) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([x]);
            return [Add(x, y), Mul(x, x)];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var x = ctx.get_saved_variables()[0]!;
            return [Add(grad_outputs[0], Mul(Add(x, x), grad_outputs[1])), grad_outputs[0]];
        }
    }

    private sealed class Unmaterialized : autograd.MultiTensorFunction<Unmaterialized>
    {
        internal static bool FirstWasInvalid { get; private set; }

        public override string Name => nameof(Unmaterialized);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.set_materialize_grads(false);
            var x = (Tensor)vars[0];
            return [Add(x, x), Mul(x, Doubles(1))];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            FirstWasInvalid = grad_outputs[0].IsInvalid;
            return [grad_outputs[1]];
        }
    }

    private sealed class PassThrough : autograd.SingleTensorFunction<PassThrough>
    {
        public override string Name => nameof(PassThrough);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0];

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [Operator.Find("aten::neg").Call(grad_output)];
    }

    private sealed class DoubledInPlace : autograd.SingleTensorFunction<DoubledInPlace>
    {
        public override string Name => nameof(DoubledInPlace);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            Operator.Find("aten::mul_", "Scalar").CallDropping(x, 2.0);
            ctx.mark_dirty([x]);
            return x;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [Add(grad_output, grad_output)];
    }

    private sealed class LargestWithIndex : autograd.MultiTensorFunction<LargestWithIndex>
    {
        public override string Name => nameof(LargestWithIndex);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var found = Operator.Find("aten::max", "dim").CallMany((Tensor)vars[0], 0);
            ctx.mark_non_differentiable([found[1]]);
            ctx.save_for_backward([found[1]]);
            return [.. found];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) =>
            [Operator.Find("aten::scatter", "src").Call(Doubles(0, 0), 0, Unsqueezed(ctx.get_saved_variables()[0]!), Unsqueezed(grad_outputs[0]))];

        private static Tensor Unsqueezed(Tensor tensor) => Operator.Find("aten::unsqueeze").Call(tensor, 0);
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => Mul((Tensor)vars[0], Doubles(2));

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => throw new FormatException("no gradient today");
    }

    private sealed class TooFew : autograd.SingleTensorFunction<TooFew>
    {
        public override string Name => nameof(TooFew);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => Mul((Tensor)vars[0], (Tensor)vars[1]);

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output];
    }
}
