using TorchSharp.Interop;

namespace TorchSharp;

// Tensors of random numbers, from the default generator or a given one.
public static partial class torch
{
    private static readonly Operator RandGeneratorOp = Operator.Find("aten::rand", "generator");
    private static readonly Operator RandnGeneratorOp = Operator.Find("aten::randn", "generator");

    /// <summary>Evenly distributed numbers from 0 up to 1 in a shape.</summary>
    public static Tensor rand(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
    {
        if (dtype is ScalarType type && is_integral(type))
            throw new ArgumentException($"torch.rand() was passed a bad dtype: {dtype}. It must be floating point or complex.", "dtype");
        return Factory.Finish(
            RandGeneratorOp.Call(size, generator, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad, names);
    }

    /// <summary>Evenly distributed numbers from 0 up to 1 in a shape.</summary>
    public static Tensor rand(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => rand(size.ToArray(), dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in a vector.</summary>
    public static Tensor rand(
        long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => rand(new long[] { size }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in a matrix.</summary>
    public static Tensor rand(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => rand(new long[] { rows, columns }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in three dimensions.</summary>
    public static Tensor rand(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => rand(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in four dimensions.</summary>
    public static Tensor rand(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => rand(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in a vector.</summary>
    public static Tensor rand(
        int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => rand(new long[] { size }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in a matrix.</summary>
    public static Tensor rand(
        int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => rand(new long[] { rows, columns }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in three dimensions.</summary>
    public static Tensor rand(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => rand(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1 in four dimensions.</summary>
    public static Tensor rand(
        int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => rand(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in a shape.</summary>
    public static Tensor randn(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
    {
        if (dtype is ScalarType type && is_integral(type))
            throw new ArgumentException($"torch.randn() was passed a bad dtype: {dtype}. It must be floating point or complex.", "dtype");
        return Factory.Finish(
            RandnGeneratorOp.Call(size, generator, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad, names);
    }

    /// <summary>Normally distributed numbers in a shape.</summary>
    public static Tensor randn(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randn(size.ToArray(), dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in a vector.</summary>
    public static Tensor randn(
        long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randn(new long[] { size }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in a matrix.</summary>
    public static Tensor randn(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randn(new long[] { rows, columns }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in three dimensions.</summary>
    public static Tensor randn(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => randn(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in four dimensions.</summary>
    public static Tensor randn(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => randn(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in a vector.</summary>
    public static Tensor randn(
        int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randn(new long[] { size }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in a matrix.</summary>
    public static Tensor randn(
        int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randn(new long[] { rows, columns }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in three dimensions.</summary>
    public static Tensor randn(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randn(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, generator, names);

    /// <summary>Normally distributed numbers in four dimensions.</summary>
    public static Tensor randn(
        int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => randn(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, generator, names);

    /// <summary>Evenly distributed numbers from 0 up to 1, in the shape of another tensor.</summary>
    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => input.rand_like(dtype, device, requires_grad);

    /// <summary>Normally distributed numbers, in the shape of another tensor.</summary>
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => input.randn_like(dtype, device, requires_grad);
}
