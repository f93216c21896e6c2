using TorchSharp.Interop;

namespace TorchSharp;

// Tensors of one value, ranges and the identity.
public static partial class torch
{
    private static readonly Operator ZerosOp = Operator.Find("aten::zeros");
    private static readonly Operator OnesOp = Operator.Find("aten::ones");
    private static readonly Operator EmptyMemoryFormatOp = Operator.Find("aten::empty", "memory_format");
    private static readonly Operator FullOp = Operator.Find("aten::full");

    /// <summary>Zeros in a shape.</summary>
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(ZerosOp.Call(size, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad, names);

    /// <summary>Zeros in a shape.</summary>
    public static Tensor zeros(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(size.ToArray(), dtype, device, requires_grad, names);

    /// <summary>Zeros in a vector.</summary>
    public static Tensor zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(new long[] { size }, dtype, device, requires_grad, names);

    /// <summary>Zeros in a matrix.</summary>
    public static Tensor zeros(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(new long[] { rows, columns }, dtype, device, requires_grad, names);

    /// <summary>Zeros in three dimensions.</summary>
    public static Tensor zeros(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, names);

    /// <summary>Zeros in four dimensions.</summary>
    public static Tensor zeros(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => zeros(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, names);

    /// <summary>Zeros in a vector.</summary>
    public static Tensor zeros(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(new long[] { size }, dtype, device, requires_grad, names);

    /// <summary>Zeros in a matrix.</summary>
    public static Tensor zeros(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(new long[] { rows, columns }, dtype, device, requires_grad, names);

    /// <summary>Zeros in three dimensions.</summary>
    public static Tensor zeros(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => zeros(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, names);

    /// <summary>Zeros in four dimensions.</summary>
    public static Tensor zeros(
        int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => zeros(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, names);

    /// <summary>Ones in a shape.</summary>
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(OnesOp.Call(size, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad, names);

    /// <summary>Ones in a shape.</summary>
    public static Tensor ones(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(size.ToArray(), dtype, device, requires_grad, names);

    /// <summary>Ones in a vector.</summary>
    public static Tensor ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(new long[] { size }, dtype, device, requires_grad, names);

    /// <summary>Ones in a matrix.</summary>
    public static Tensor ones(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(new long[] { rows, columns }, dtype, device, requires_grad, names);

    /// <summary>Ones in three dimensions.</summary>
    public static Tensor ones(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, names);

    /// <summary>Ones in four dimensions.</summary>
    public static Tensor ones(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => ones(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, names);

    /// <summary>Ones in a vector.</summary>
    public static Tensor ones(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(new long[] { size }, dtype, device, requires_grad, names);

    /// <summary>Ones in a matrix.</summary>
    public static Tensor ones(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(new long[] { rows, columns }, dtype, device, requires_grad, names);

    /// <summary>Ones in three dimensions.</summary>
    public static Tensor ones(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => ones(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, names);

    /// <summary>Ones in four dimensions.</summary>
    public static Tensor ones(
        int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => ones(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in a shape.</summary>
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(EmptyMemoryFormatOp.Call(size, dtype ?? get_default_dtype(), Argument.None, device ?? get_default_device()), requires_grad, names);

    /// <summary>Uninitialised elements in a shape.</summary>
    public static Tensor empty(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(size.ToArray(), dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in a vector.</summary>
    public static Tensor empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(new long[] { size }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in a matrix.</summary>
    public static Tensor empty(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(new long[] { rows, columns }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in three dimensions.</summary>
    public static Tensor empty(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in four dimensions.</summary>
    public static Tensor empty(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => empty(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in a vector.</summary>
    public static Tensor empty(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(new long[] { size }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in a matrix.</summary>
    public static Tensor empty(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(new long[] { rows, columns }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in three dimensions.</summary>
    public static Tensor empty(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => empty(new long[] { dim0, dim1, dim2 }, dtype, device, requires_grad, names);

    /// <summary>Uninitialised elements in four dimensions.</summary>
    public static Tensor empty(
        int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => empty(new long[] { dim0, dim1, dim2, dim3 }, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in a shape.</summary>
    public static Tensor full(
        long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Finish(FullOp.Call(size, value, dtype ?? TypeFor(value), Argument.None, device ?? get_default_device()), requires_grad, names);

    /// <summary>One number everywhere in a shape.</summary>
    public static Tensor full(
        ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => full(size.ToArray(), value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in a vector.</summary>
    public static Tensor full(
        long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => full(new long[] { size }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in a matrix.</summary>
    public static Tensor full(
        long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => full(new long[] { rows, columns }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in three dimensions.</summary>
    public static Tensor full(
        long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => full(new long[] { dim0, dim1, dim2 }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in four dimensions.</summary>
    public static Tensor full(
        long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => full(new long[] { dim0, dim1, dim2, dim3 }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in a vector.</summary>
    public static Tensor full(int size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => full(new long[] { size }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in a matrix.</summary>
    public static Tensor full(
        int rows, int columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => full(new long[] { rows, columns }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in three dimensions.</summary>
    public static Tensor full(
        int dim0, int dim1, int dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => full(new long[] { dim0, dim1, dim2 }, value, dtype, device, requires_grad, names);

    /// <summary>One number everywhere in four dimensions.</summary>
    public static Tensor full(
        int dim0, int dim1, int dim2, int dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null)
        => full(new long[] { dim0, dim1, dim2, dim3 }, value, dtype, device, requires_grad, names);

    private static ScalarType TypeFor(Scalar value) => is_integral(value.Type) ? ScalarType.Int64 : get_default_dtype();
}
