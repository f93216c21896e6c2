using TorchSharp.Interop;

namespace TorchSharp;

// Tensors in the shape of another, ranges and the identity.
public static partial class torch
{
    private static readonly Operator EyeMOp = Operator.Find("aten::eye", "m");
    private static readonly Operator ArangeStartStepOp = Operator.Find("aten::arange", "start_step");
    private static readonly Operator LinspaceOp = Operator.Find("aten::linspace");
    private static readonly Operator LogspaceOp = Operator.Find("aten::logspace");

    /// <summary>Zeros in the shape of another tensor, by default of its type and device.</summary>
    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(input.zeros_like(dtype, device, requires_grad), false, names);

    /// <summary>Ones in the shape of another tensor, by default of its type and device.</summary>
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(input.ones_like(dtype, device, requires_grad), false, names);

    /// <summary>Uninitialised elements in the shape of another tensor, by default of its type and device.</summary>
    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(input.empty_like(dtype, device, requires_grad), false, names);

    /// <summary>One number everywhere, in the shape of another tensor, by default of its type and device.</summary>
    public static Tensor full_like(
        Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(input.full_like(value, dtype, device, requires_grad), false, names);

    /// <summary>Ones on the diagonal, zeros elsewhere; square unless <c>columns</c> is given.</summary>
    public static Tensor eye(
        long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(EyeMOp.Call(rows, columns == -1 ? rows : columns, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad, names);

    /// <summary>Numbers from <c>start</c> up to, not including, <c>stop</c>; whole numbers if all three are.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        dtype ??= is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type) ? ScalarType.Int64 : get_default_dtype();
        return Factory.Finish(ArangeStartStepOp.Call(start, stop, step, dtype, Argument.None, device ?? get_default_device()), requires_grad);
    }

    /// <summary>Numbers from <c>start</c> up to, not including, <c>stop</c>, one apart.</summary>
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => arange(start, stop, 1, dtype, device, requires_grad);

    /// <summary>Numbers from 0 up to, not including, <c>stop</c>, one apart.</summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>Evenly spaced numbers from <c>start</c> to <c>end</c>, both included.</summary>
    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => Factory.Finish(LinspaceOp.Call((Scalar)start, (Scalar)end, steps, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad);

    /// <summary>Powers of <c>base</c> with evenly spaced exponents, both ends included.</summary>
    public static Tensor logspace(
        double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => Factory.Finish(LogspaceOp.Call((Scalar)start, (Scalar)end, steps, @base, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad);
}
