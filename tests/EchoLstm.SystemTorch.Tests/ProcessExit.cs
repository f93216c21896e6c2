using System.Runtime.CompilerServices;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

/// <summary>The ways a process can end while Torch is still in use; <see cref="ProcessExitTests"/> runs each in a process of its own.</summary>
public static class ProcessExit
{
    private static readonly List<object> Held = [];

    /// <summary>Runs one of the endings.</summary>
    public static int Main(string[] args)
    {
        switch (args.FirstOrDefault())
        {
            case "live-tensors":
                Hold(2000);
                return 0;
            case "garbage":
                Leave(20_000);
                GC.Collect();
                return 0;
            case "loading-threads":
                _ = Busy();
                return 0;
            case "busy-threads":
                Busy().Wait();
                return 0;
            case "environment-exit":
                Busy().Wait();
                Hold(500);
                Leave(5000);
                Environment.Exit(0);
                return 1;
            case "graphs":
                HoldGraphs(200);
                Leave(1000);
                GC.Collect();
                return 0;
            case "arrays":
                HoldArrays(200);
                return 0;
            case "explain":
                return Explain();
            default:
                return 2;
        }
    }

    private static int Explain()
    {
        try
        {
            Hold(1);
            return 0;
        }
        catch (NotSupportedException failure)
        {
            Console.Write(failure.Message);
            return 3;
        }
    }

    private static void Hold(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Held.Add(Vector(1, 2, 3));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Vector(1, 2, 3);
        }
    }

    private static void HoldArrays(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Held.Add(Tensor.FromArray(new float[100], [100], ScalarType.Float32));
        }
    }

    private static void HoldGraphs(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var y = Doubling.apply(Vector(1).requires_grad_());
            Held.Add(y);
            if (i % 2 == 0)
            {
                Sum(y).backward();
            }
        }
    }

    private static CountdownEvent Busy()
    {
        const int threads = 3;
        var working = new CountdownEvent(threads);
        for (var i = 0; i < threads; i++)
        {
            new Thread(() =>
            {
                var matrix = Zeros(200, 200);
                Matmul(matrix, matrix);
                working.Signal();
                while (true)
                {
                    Matmul(matrix, matrix);
                }
            })
            { IsBackground = true }.Start();
        }

        return working;
    }

    private sealed class Doubling : autograd.SingleTensorFunction<Doubling>
    {
        public override string Name => nameof(Doubling);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var result = Add((Tensor)vars[0], (Tensor)vars[0]);
            ctx.save_for_backward([result]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [Add(grad_output, grad_output)];
    }
}
