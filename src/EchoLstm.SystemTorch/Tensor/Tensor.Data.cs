using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private static readonly Operator ItemOperator = Operator.Find("aten::item");

        /// <summary>
        /// The memory of a contiguous tensor on the processor. Nothing keeps the tensor alive for the span: use it before the tensor goes.
        /// </summary>
        public unsafe Span<byte> bytes
        {
            get => new((void*)ReadableMemory(out var length), CheckedLength(length));

            set
            {
                var memory = ReadableMemory(out var length);
                if (length != value.Length)
                {
                    throw new ArgumentException($"The tensor has {length} bytes but was given {value.Length}.");
                }

                value.CopyTo(new Span<byte>((void*)memory, value.Length));
                GC.KeepAlive(this);
            }
        }

        /// <summary>The elements, to read and write; of a tensor on another device, a copy of them.</summary>
        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>((DeviceType)Info.DeviceType == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The only element of a tensor that has one.</summary>
        public unsafe T item<T>()
            where T : unmanaged
        {
            var info = Info;
            if (info.Elements != 1)
            {
                throw new ArgumentException($"item needs a tensor with 1 element, but this one has {info.Elements}.");
            }

            ValidateType(typeof(T));
            if ((DeviceType)info.DeviceType != DeviceType.CPU)
            {
                return data<T>()[0];
            }

            var element = *(T*)info.Data;
            GC.KeepAlive(this);
            return element;
        }

        /// <summary>The only element of a tensor that has one.</summary>
        public Scalar ToScalar() => torch.is_complex((ScalarType)Info.ScalarType)
            ? (ScalarType)Info.ScalarType == ScalarType.ComplexFloat32 ? item<(float, float)>() : item<System.Numerics.Complex>()
            : ItemOperator.CallScalar(this);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public double ReadCpuDouble(long i) => TensorAccessor<double>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public float ReadCpuSingle(long i) => TensorAccessor<float>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public int ReadCpuInt32(long i) => TensorAccessor<int>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public long ReadCpuInt64(long i) => TensorAccessor<long>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public byte ReadCpuByte(long i) => TensorAccessor<byte>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public sbyte ReadCpuSByte(long i) => TensorAccessor<sbyte>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public short ReadCpuInt16(long i) => TensorAccessor<short>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public bool ReadCpuBool(long i) => TensorAccessor<bool>.ReadItemAt(this, i);

        /// <summary>The element at a position, counted over all dimensions.</summary>
        public T ReadCpuValue<T>(long i)
            where T : unmanaged => TensorAccessor<T>.ReadItemAt(this, i);

        /// <summary>Writes the memory of a contiguous tensor to a stream, at least <paramref name="bufferSize"/> bytes at a time.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            var memory = (byte*)ReadableMemory(out var length);
            for (long position = 0; position < length;)
            {
                var part = (int)Math.Min(length - position, Math.Max(bufferSize, StreamPart));
                stream.Write(new ReadOnlySpan<byte>(memory + position, part));
                position += part;
            }

            GC.KeepAlive(this);
        }

        /// <summary>Fills the memory of a contiguous tensor from a stream, at least <paramref name="bufferSize"/> bytes at a time.</summary>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            var memory = (byte*)ReadableMemory(out var length);
            for (long position = 0; position < length;)
            {
                var part = (int)Math.Min(length - position, Math.Max(bufferSize, StreamPart));
                stream.ReadExactly(new Span<byte>(memory + position, part));
                position += part;
            }

            GC.KeepAlive(this);
        }

        internal void ValidateType(Type dotnetType)
        {
            var dtype = (ScalarType)Info.ScalarType;
            if (dtype == ScalarType.BFloat16)
            {
                throw new ArgumentException("BFloat16 has no .NET type: convert the tensor first.");
            }

            if (DotnetType(dtype) != dotnetType)
            {
                throw new ArgumentException($"{dotnetType.Name} is not compatible with {dtype}");
            }
        }

        private const int StreamPart = 1 << 16;

        private static Type DotnetType(ScalarType dtype) => dtype switch
        {
            ScalarType.Byte => typeof(byte),
            ScalarType.Int8 => typeof(sbyte),
            ScalarType.Int16 => typeof(short),
            ScalarType.Int32 => typeof(int),
            ScalarType.Int64 => typeof(long),
            ScalarType.Float16 => typeof(Half),
            ScalarType.Float32 => typeof(float),
            ScalarType.Float64 => typeof(double),
            ScalarType.Bool => typeof(bool),
            ScalarType.ComplexFloat32 => typeof((float, float)),
            ScalarType.ComplexFloat64 => typeof(System.Numerics.Complex),
            _ => throw new NotSupportedException($"Elements of type {dtype} have no .NET type."),
        };

        private static int CheckedLength(long length) => length <= int.MaxValue
            ? (int)length
            : throw new ArgumentException($"A span reaches {int.MaxValue} bytes, but the tensor has {length}.");

        private IntPtr ReadableMemory(out long length)
        {
            var info = Info;
            if (info.Contiguous == 0)
            {
                throw new InvalidOperationException("The memory of a tensor that is not contiguous cannot be read as one piece: call contiguous() first.");
            }

            if ((DeviceType)info.DeviceType != DeviceType.CPU)
            {
                throw new InvalidOperationException("The memory of another device cannot be read: copy the tensor to the cpu first.");
            }

            length = info.Elements * info.ElementSize;
            return info.Data;
        }
    }
}
