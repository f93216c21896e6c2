using System.Numerics;

namespace TorchSharp;

/// <summary>Conversions between numbers and <see cref="Scalar"/>.</summary>
public static class ScalarExtensionMethods
{
    /// <summary>Makes a scalar of a byte.</summary>
    public static Scalar ToScalar(this byte value) => value;

    /// <summary>Makes a scalar of a signed byte.</summary>
    public static Scalar ToScalar(this sbyte value) => value;

    /// <summary>Makes a scalar of a 16-bit integer.</summary>
    public static Scalar ToScalar(this short value) => value;

    /// <summary>Makes a scalar of a 32-bit integer.</summary>
    public static Scalar ToScalar(this int value) => value;

    /// <summary>Makes a scalar of a 64-bit integer.</summary>
    public static Scalar ToScalar(this long value) => value;

    /// <summary>Makes a scalar of a single-precision number.</summary>
    public static Scalar ToScalar(this float value) => value;

    /// <summary>Makes a scalar of a double-precision number.</summary>
    public static Scalar ToScalar(this double value) => value;

    /// <summary>Makes a complex scalar of a real and an imaginary part.</summary>
    public static Scalar ToScalar(this (float, float) value) => value;

    /// <summary>Makes a scalar of a complex number.</summary>
    public static Scalar ToScalar(this Complex value) => value;

    /// <summary>Makes a scalar of a truth value.</summary>
    public static Scalar ToScalar(this bool value) => value;

    /// <summary>Makes a scalar of a half-precision number.</summary>
    public static Scalar ToScalar(this Half value) => value;

    /// <summary>Makes a scalar of a number rounded to bfloat16, to nearest and ties to even.</summary>
    public static Scalar ToBFloat16Scalar(this float value)
    {
        if (float.IsNaN(value))
        {
            return value;
        }

        var bits = BitConverter.SingleToUInt32Bits(value);
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }

    /// <summary>The number in half precision.</summary>
    public static Half ToHalf(this Scalar value) => (Half)value.ToDouble();

    /// <summary>The number in single precision.</summary>
    public static float ToSingle(this Scalar value) => (float)value.ToDouble();

    /// <summary>The number in double precision.</summary>
    public static double ToDouble(this Scalar value) => value.Kind == ScalarKind.Integer ? value.Integer : value.Complex.Real;

    /// <summary>The number as a signed byte.</summary>
    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.ToInt64());

    /// <summary>The number as a byte.</summary>
    public static byte ToByte(this Scalar value) => checked((byte)value.ToInt64());

    /// <summary>The number as a 16-bit integer.</summary>
    public static short ToInt16(this Scalar value) => checked((short)value.ToInt64());

    /// <summary>The number as a 32-bit integer.</summary>
    public static int ToInt32(this Scalar value) => checked((int)value.ToInt64());

    /// <summary>The number as a 64-bit integer; a fraction is cut off.</summary>
    public static long ToInt64(this Scalar value) =>
        value.Kind is ScalarKind.Integer or ScalarKind.Boolean ? value.Integer : checked((long)value.Complex.Real);

    /// <summary>False for zero, else true.</summary>
    public static bool ToBoolean(this Scalar value) =>
        value.Kind is ScalarKind.Integer or ScalarKind.Boolean ? value.Integer != 0 : value.Complex != Complex.Zero;

    /// <summary>The number's real and imaginary part in single precision.</summary>
    public static (float Real, float Imaginary) ToComplexFloat32(this Scalar value)
    {
        var complex = value.ToComplexFloat64();
        return ((float)complex.Real, (float)complex.Imaginary);
    }

    /// <summary>The number as a complex number.</summary>
    public static Complex ToComplexFloat64(this Scalar value) => value.Kind == ScalarKind.Integer ? value.Integer : value.Complex;
}
