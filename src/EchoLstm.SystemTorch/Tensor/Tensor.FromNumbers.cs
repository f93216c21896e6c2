namespace TorchSharp;

public static partial class torch
{
    // Numbers and arrays where a tensor is asked for.
    public partial class Tensor
    {
        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(byte value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(sbyte value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(short value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(int value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(long value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(float value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(double value) => tensor(value);

        /// <summary>A scalar tensor.</summary>
        public static implicit operator Tensor(bool value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(byte[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(sbyte[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(short[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(int[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(long[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(float[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(double[] value) => tensor(value);

        /// <summary>A vector with a copy of an array.</summary>
        public static implicit operator Tensor(bool[] value) => tensor(value);

        /// <summary>Always throws: it exists so that overloads for tensors and scalars resolve as in TorchSharp.</summary>
        public static implicit operator Tensor(Scalar scalar) => throw new InvalidOperationException("Should not be called.");
    }
}
