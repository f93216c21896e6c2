using EchoLstm.Tests;
using TorchSharp.Interop;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class MemoryTests
{
    private const long Mebi = 1 << 20;

    [Fact]
    public void A_hundred_thousand_training_steps_hold_flat_memory()
    {
        manual_seed(1);
        using var weights = Zeros(4, 8);
        using var readout = Zeros(8, 1);
        Operator.Find("aten::normal_").CallDropping(weights, 0.0, 0.5);
        Operator.Find("aten::normal_").CallDropping(readout, 0.0, 0.5);
        weights.requires_grad = true;
        readout.requires_grad = true;
        using var x = Matrix(2, 4, 1, 2, 3, 4, -1, 0, 1, 2);
        using var y = Matrix(2, 1, 1, -1);

        Train(10_000);
        var before = MemoryInUse.Now();
        var loss = Train(100_000);
        var grown = MemoryInUse.Now() - before;

        loss.Should().BeLessThan(1e-3f);
        grown.Should().BeLessThan(8 * Mebi);

        float Train(int steps)
        {
            var last = 0f;
            for (var step = 0; step < steps; step++)
            {
                last = Step(weights, readout, x, y);
            }

            return last;
        }
    }

    [Fact]
    public void Large_tensors_that_nobody_disposes_do_not_eat_the_memory()
    {
        var before = MemoryInUse.Native();
        var highest = 0L;
        for (var i = 0; i < 3000; i++)
        {
            // (262144,) of 4 bytes: 1 MiB each, 3 GiB in all.
            Operator.Find("aten::ones").Call(new long[] { 262_144 });
            highest = Math.Max(highest, i % 50 == 0 ? MemoryInUse.Native() - before : 0);
        }

        highest.Should().BeLessThan(800 * Mebi);
    }

    [Fact]
    public void Views_do_not_weigh_as_much_as_their_base()
    {
        using var scope = NewDisposeScope();
        var large = Zeros(1024, 1024);
        NativeMethods.elt_tensor_owned_kib(large.Handle).Should().Be(4096);
        NativeMethods.elt_tensor_owned_kib(Transposed(large).Handle).Should().Be(0);
    }

    private static float Step(Tensor weights, Tensor readout, Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var hidden = Tanh(Matmul(x, weights));
        var error = Add(Matmul(hidden, readout), Operator.Find("aten::neg").Call(y));
        var loss = Sum(Mul(error, error));
        loss.backward();
        using (no_grad())
        {
            foreach (var parameter in new[] { weights, readout })
            {
                Operator.Find("aten::add_", "Tensor").CallDropping(parameter, parameter.grad, -0.01);
                parameter.grad = null;
            }
        }

        return loss.item<float>();
    }
}
