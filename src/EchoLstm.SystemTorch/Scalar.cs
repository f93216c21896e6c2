using System.Numerics;

namespace TorchSharp;

/// <summary>What a <see cref="Scalar"/> holds inside; Torch's own scalars know no narrower kinds.</summary>
internal enum ScalarKind
{
    Integer,
    Real,
    Boolean,
    Complex,
}

/// <summary>A number as an argument of a tensor operation. Numbers convert to it by themselves.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long _integer;
    private readonly Complex _complex;
    private readonly ScalarKind _kind;
    private bool _disposed;

    private Scalar(ScalarKind kind, long integer, Complex complex)
    {
        _kind = kind;
        _integer = integer;
        _complex = complex;
    }

    internal Scalar(long value) : this(ScalarKind.Integer, value, value) { }

    internal Scalar(double value) : this(ScalarKind.Real, 0, value) { }

    internal Scalar(bool value) : this(ScalarKind.Boolean, value ? 1 : 0, value ? 1 : 0) { }

    internal Scalar(Complex value) : this(ScalarKind.Complex, 0, value) { }

    internal ScalarKind Kind
    {
        get
        {
            if (_disposed)
            {
                throw new InvalidOperationException("The scalar was used after it was disposed.");
            }

            return _kind;
        }
    }

    internal long Integer => _integer;

    internal Complex Complex => _complex;

    /// <summary>The type that Torch gives the number: 64-bit integer, float64, bool or complex128.</summary>
    public torch.ScalarType Type => Kind switch
    {
        ScalarKind.Integer => torch.ScalarType.Int64,
        ScalarKind.Real => torch.ScalarType.Float64,
        ScalarKind.Boolean => torch.ScalarType.Bool,
        _ => torch.ScalarType.ComplexFloat64,
    };

    /// <summary>Makes a scalar of a byte.</summary>
    public static implicit operator Scalar(byte value) => new((long)value);

    /// <summary>Makes a scalar of a signed byte.</summary>
    public static implicit operator Scalar(sbyte value) => new((long)value);

    /// <summary>Makes a scalar of a 16-bit integer.</summary>
    public static implicit operator Scalar(short value) => new((long)value);

    /// <summary>Makes a scalar of a 32-bit integer.</summary>
    public static implicit operator Scalar(int value) => new((long)value);

    /// <summary>Makes a scalar of a 64-bit integer.</summary>
    public static implicit operator Scalar(long value) => new(value);

    /// <summary>Makes a scalar of a half-precision number.</summary>
    public static implicit operator Scalar(Half value) => new((double)value);

    /// <summary>Makes a scalar of a single-precision number.</summary>
    public static implicit operator Scalar(float value) => new((double)value);

    /// <summary>Makes a scalar of a double-precision number.</summary>
    public static implicit operator Scalar(double value) => new(value);

    /// <summary>Makes a scalar of a truth value.</summary>
    public static implicit operator Scalar(bool value) => new(value);

    /// <summary>Makes a complex scalar of a real and an imaginary part.</summary>
    public static implicit operator Scalar((float, float) value) => new(new Complex(value.Item1, value.Item2));

    /// <summary>Makes a scalar of a complex number.</summary>
    public static implicit operator Scalar(Complex value) => new(value);

    /// <summary>Ends the use of the scalar.</summary>
    public void Dispose() => _disposed = true;
}
