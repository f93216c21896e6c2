using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Copies, types and devices.
    public partial class Tensor
    {
        private static readonly Operator CloneOp = Operator.Find("aten::clone");
        private static readonly Operator CopyInPlaceOp = Operator.Find("aten::copy_");
        private static readonly Operator SetSourceTensorInPlaceOp = Operator.Find("aten::set_", "source_Tensor");
        private static readonly Operator ContiguousOp = Operator.Find("aten::contiguous");
        private static readonly Operator ToDtypeOp = Operator.Find("aten::to", "dtype");
        private static readonly Operator ToDeviceOp = Operator.Find("aten::to", "device");

        /// <summary>A copy with its own memory, through which gradients flow.</summary>
        public Tensor clone() => CloneOp.Call(this);

        /// <summary>Copies the elements of another tensor into this one, with broadcasting and conversion.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false)
        {
            CopyInPlaceOp.CallDropping(this, source, nonBlocking);
            return this;
        }

        /// <summary>Makes this tensor share the memory, shape and strides of another.</summary>
        public Tensor set_(Tensor source)
        {
            SetSourceTensorInPlaceOp.CallDropping(this, source);
            return this;
        }

        /// <summary>This tensor if its elements lie in order, else a copy in which they do.</summary>
        public Tensor contiguous() => ContiguousOp.Call(this);

        /// <summary>Converts to another element type; without <c>copy</c> the same elements where nothing changes.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => Replace(ToDtypeOp.Call(this, type, non_blocking, copy), disposeAfter);

        /// <summary>Converts to the element type of another tensor.</summary>
        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        /// <summary>Moves to a device.</summary>
        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        /// <summary>Converts to another element type and moves to a device.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => Replace(ToDeviceOp.Call(this, device, type, non_blocking, copy), disposeAfter);

        /// <summary>Converts to another element type.</summary>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => to_type(type, copy, disposeAfter, non_blocking);

        /// <summary>Moves to the device of that name.</summary>
        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => to(new Device(device), copy, disposeAfter, non_blocking);

        /// <summary>Moves to a device.</summary>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => to(dtype, device, copy, disposeAfter, non_blocking);

        /// <summary>Converts to the element type and device of another tensor.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, copy: false, disposeAfter: false, non_blocking);

        /// <summary>Applies a conversion such as <c>t =&gt; t.@float()</c>.</summary>
        public Tensor type(Func<Tensor, Tensor> typeFunc) => typeFunc(this);

        /// <summary>Converts to another element type.</summary>
        public Tensor type(ScalarType dtype) => to_type(dtype);

        /// <summary>Moves to the CPU; the same elements where they are there already.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>Converts to <c>Bool</c>.</summary>
        public Tensor @bool() => to_type(ScalarType.Bool);

        /// <summary>Converts to <c>Byte</c>.</summary>
        public Tensor @byte() => to_type(ScalarType.Byte);

        /// <summary>Converts to <c>Int8</c>.</summary>
        public Tensor @char() => to_type(ScalarType.Int8);

        /// <summary>Converts to <c>Int16</c>.</summary>
        public Tensor @short() => to_type(ScalarType.Int16);

        /// <summary>Converts to <c>Int32</c>.</summary>
        public Tensor @int() => to_type(ScalarType.Int32);

        /// <summary>Converts to <c>Int64</c>.</summary>
        public Tensor @long() => to_type(ScalarType.Int64);

        /// <summary>Converts to <c>Float16</c>.</summary>
        public Tensor half() => to_type(ScalarType.Float16);

        /// <summary>Converts to <c>BFloat16</c>.</summary>
        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        /// <summary>Converts to <c>Float32</c>.</summary>
        public Tensor @float() => to_type(ScalarType.Float32);

        /// <summary>Converts to <c>Float64</c>.</summary>
        public Tensor @double() => to_type(ScalarType.Float64);

        private Tensor Replace(Tensor result, bool disposeThis)
        {
            if (disposeThis) Dispose();
            return result;
        }
    }
}
