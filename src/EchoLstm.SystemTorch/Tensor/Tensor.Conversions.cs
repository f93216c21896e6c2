namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator float(Tensor value) => value.ToSingle();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator double(Tensor value) => value.ToDouble();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator sbyte(Tensor value) => value.ToSByte();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator byte(Tensor value) => value.ToByte();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator short(Tensor value) => value.ToInt16();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator int(Tensor value) => value.ToInt32();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator long(Tensor value) => value.ToInt64();

        /// <summary>The only element of a tensor that has one.</summary>
        public static explicit operator bool(Tensor value) => value.ToBoolean();
    }
}

/// <summary>Further things to do with tensors: conversions, arrays, files and text.</summary>
public static partial class TensorExtensionMethods
{
    /// <summary>The only element, in half precision.</summary>
    public static Half ToHalf(this torch.Tensor value) => value.ToScalar().ToHalf();

    /// <summary>The only element, in single precision.</summary>
    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();

    /// <summary>The only element, in double precision.</summary>
    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

    /// <summary>The only element, as a signed byte.</summary>
    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();

    /// <summary>The only element, as a byte.</summary>
    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();

    /// <summary>The only element, as a 16-bit integer.</summary>
    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();

    /// <summary>The only element, as a 32-bit integer.</summary>
    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();

    /// <summary>The only element, as a 64-bit integer.</summary>
    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();

    /// <summary>False when the only element is zero, else true.</summary>
    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();

    /// <summary>The only element's real and imaginary part, in single precision.</summary>
    public static (float Real, float Imaginary) ToComplexFloat32(this torch.Tensor value) => value.ToScalar().ToComplexFloat32();

    /// <summary>The only element, as a complex number.</summary>
    public static System.Numerics.Complex ToComplexFloat64(this torch.Tensor value) => value.ToScalar().ToComplexFloat64();

    /// <summary>The only element's real and imaginary part, in single precision.</summary>
    public static (float Real, float Imaginary) ToComplex32(this torch.Tensor value) => value.ToScalar().ToComplexFloat32();

    /// <summary>The only element, as a complex number.</summary>
    public static System.Numerics.Complex ToComplex64(this torch.Tensor value) => value.ToScalar().ToComplexFloat64();
}
