using System.Runtime.InteropServices;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class AutogradTests
{
    [Fact]
    public void Backward_adds_up_in_the_leaves()
    {
        var x = Vector(1, 2, 3).requires_grad_();
        x.is_leaf.Should().BeTrue();
        x.grad.Should().BeNull();
        Sum(Mul(x, x)).backward();
        Sum(Mul(x, x)).backward();
        Values(x.grad!).Should().Equal(4, 8, 12);
        x.grad = Vector(0, 0, 1);
        Values(x.grad!).Should().Equal(0, 0, 1);
        x.grad = null;
        x.grad.Should().BeNull();
    }

    [Fact]
    public void Results_inside_the_graph_keep_a_gradient_on_request()
    {
        var x = Vector(3).requires_grad_();
        var squared = Mul(x, x);
        squared.is_leaf.Should().BeFalse();
        squared.retain_grad();
        Sum(Mul(squared, squared)).backward();
        Values(squared.grad!).Should().Equal(18);
        Values(x.grad!).Should().Equal(108);
    }

    [Fact]
    public void Grad_gives_gradients_without_touching_the_leaves()
    {
        var x = Vector(2).requires_grad_();
        var y = Vector(5).requires_grad_();
        var gradients = autograd.grad([Sum(Mul(x, y))], [x, y]);
        Values(gradients[0]).Should().Equal(5);
        Values(gradients[1]).Should().Equal(2);
        x.grad.Should().BeNull();
    }

    [Fact]
    public void Grad_marks_unused_inputs_when_they_are_allowed()
    {
        var x = Vector(2).requires_grad_();
        var y = Vector(5).requires_grad_();
        autograd.grad([Sum(x)], [x, y], allow_unused: true)[1].IsInvalid.Should().BeTrue();
        var act = () => autograd.grad([Sum(x)], [x, y]);
        act.Should().Throw<ExternalException>().WithMessage("autograd.grad: One of the differentiated Tensors appears to not have been used*");
    }

    [Fact]
    public void Second_derivatives_come_from_a_recorded_gradient()
    {
        var x = Vector(3).requires_grad_();
        var first = autograd.grad([Sum(Mul(Mul(x, x), x))], [x], retain_graph: true, create_graph: true)[0];
        Values(first).Should().Equal(27);
        Values(autograd.grad([Sum(first)], [x])[0]).Should().Equal(18);
    }

    [Fact]
    public void Gradients_of_outputs_weigh_them()
    {
        var x = Vector(1, 2).requires_grad_();
        autograd.backward(Mul(x, x), Vector(1, 10));
        Values(x.grad!).Should().Equal(2, 40);
    }

    [Fact]
    public void Only_the_given_inputs_receive_gradients()
    {
        var x = Vector(1).requires_grad_();
        var y = Vector(2).requires_grad_();
        Sum(Mul(x, y)).backward(inputs: [y]);
        x.grad.Should().BeNull();
        Values(y.grad!).Should().Equal(1);
    }

    [Fact]
    public void Backward_through_a_freed_graph_says_so()
    {
        var x = Vector(1).requires_grad_();
        var y = Sum(Mul(x, x));
        y.backward(retain_graph: true);
        y.backward();
        var act = () => y.backward();
        act.Should().Throw<ExternalException>().WithMessage("autograd.backward: Trying to backward through the graph a second time*");
    }

    [Fact]
    public void Recording_is_switched_off_and_on_in_nested_blocks()
    {
        var x = Vector(1).requires_grad_();
        is_grad_enabled().Should().BeTrue();
        using (no_grad())
        {
            is_grad_enabled().Should().BeFalse();
            Mul(x, x).requires_grad.Should().BeFalse();
            using (enable_grad())
            {
                Mul(x, x).requires_grad.Should().BeTrue();
            }

            is_grad_enabled().Should().BeFalse();
            using (set_grad_enabled(true))
            {
                is_grad_enabled().Should().BeTrue();
            }
        }

        is_grad_enabled().Should().BeTrue();
    }

    [Fact]
    public void Inference_mode_makes_tensors_that_cannot_be_recorded()
    {
        Tensor made;
        using (inference_mode())
        {
            is_inference_mode_enabled().Should().BeTrue();
            made = Vector(1);
        }

        is_inference_mode_enabled().Should().BeFalse();
        var x = Vector(1).requires_grad_();
        var act = () => Mul(x, made);
        act.Should().Throw<ExternalException>().WithMessage("aten::mul.Tensor: Inference tensors cannot be saved for backward*");
    }

    [Fact]
    public void Recording_off_on_one_thread_does_not_reach_another()
    {
        using var off = no_grad();
        var elsewhere = false;
        var thread = new Thread(() => elsewhere = is_grad_enabled());
        thread.Start();
        thread.Join();
        elsewhere.Should().BeTrue();
    }

    [Fact]
    public void Detached_tensors_share_memory_and_forget_their_graph()
    {
        var x = Vector(1, 2).requires_grad_();
        var y = Mul(x, x);
        var detached = y.detach();
        detached.requires_grad.Should().BeFalse();
        detached.data<float>()[0] = 9;
        y.data<float>()[0].Should().Be(9);
        y.detach_().requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Integers_cannot_require_gradients()
    {
        var act = () => Tensor.FromData<long>([1], [1], ScalarType.Int64).requires_grad_();
        act.Should().Throw<ExternalException>().WithMessage("requires_grad: Only Tensors of floating point*");
    }
}
