using System.Reflection;
using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            private static readonly Operator SetData = Operator.Find("aten::set_data");

            /// <summary>The kind of device that the module was last moved to.</summary>
            protected DeviceType _deviceType = DeviceType.CPU;

            /// <summary>The index of the device that the module was last moved to; -1 for the CPU.</summary>
            protected int _deviceIndex = -1;

            /// <summary>Moves and converts all parameters and buffers.</summary>
            /// <param name="device">The device.</param>
            /// <param name="dtype">A floating point or complex type.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                CheckElementType(dtype);
                if (device.type != DeviceType.CUDA) device = new Device(device.type, -1);
                CheckAvailable(device.type);
                MoveInPlace(dtype, device);
                _toEpilog(device, dtype, non_blocking);
                return this;
            }

            /// <summary>Moves all parameters and buffers.</summary>
            /// <param name="deviceType">The kind of device.</param>
            /// <param name="deviceIndex">Its index, -1 for the current one.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                if (deviceType != DeviceType.CUDA) deviceIndex = -1;
                CheckAvailable(deviceType);
                if (deviceType == _deviceType && deviceIndex == _deviceIndex) return this;

                MoveInPlace(null, new Device(deviceType, deviceIndex));
                _toEpilog(deviceType, deviceIndex, non_blocking);
                return this;
            }

            /// <summary>Converts all parameters and buffers.</summary>
            /// <param name="dtype">A floating point or complex type.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                CheckElementType(dtype);
                MoveInPlace(dtype, null);
                _toEpilog(dtype, non_blocking);
                return this;
            }

            /// <summary>Moves and converts all parameters and buffers to where and what another tensor is.</summary>
            /// <param name="other">The example.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
            public Module _to(Tensor other, bool non_blocking)
            {
                _to(other.dtype, non_blocking);
                return _to(other.device_type, other.device_index, non_blocking);
            }

            /// <summary>Converts what the module holds; the children follow.</summary>
            /// <param name="dtype">The element type.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy is done.</param>
            protected void _toEpilog(ScalarType dtype, bool non_blocking) => _toEpilog(dtype, null, non_blocking);

            /// <summary>Moves and converts what the module holds; the children follow.</summary>
            /// <param name="device">The device.</param>
            /// <param name="dtype">The element type.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy is done.</param>
            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking) => _toEpilog(dtype, device, non_blocking);

            /// <summary>Moves what the module holds; the children follow.</summary>
            /// <param name="deviceType">The kind of device.</param>
            /// <param name="deviceIndex">Its index.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy is done.</param>
            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking)
                => _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);

            /// <summary>Moves and converts what the module holds; the children follow.</summary>
            /// <param name="dtype">The element type, or null to keep it.</param>
            /// <param name="device">The device, or null to keep it.</param>
            /// <param name="non_blocking">Whether the host may go on before a copy is done.</param>
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                if (dtype is null && device is null) throw new ArgumentNullException(nameof(dtype),
                    "Neither an element type nor a device was given.");

                foreach (var (_, child) in named_children())
                {
                    if (device is null) child._to(dtype!.Value, non_blocking);
                    else if (dtype is null) child._to(device.type, device.index, non_blocking);
                    else child._to(device, dtype.Value, non_blocking);
                }

                foreach (var (component, parameter) in named_parameters(false).ToList())
                    if (ReplaceParameter(dtype, device, parameter, out var moved) && !TrySetProperty(component, moved!))
                    {
                        parameter.Dispose();
                        ConditionallyRegisterParameter(component, moved);
                        SetField(component, moved!);
                    }

                foreach (var (component, buffer) in named_buffers(false).ToList())
                    if (ReplaceBuffer(dtype, device, buffer, out var moved) && !TrySetProperty(component, moved!))
                    {
                        ConditionallyRegisterBuffer(component, moved);
                        SetField(component, moved!);
                    }

                if (device is null) return;
                _deviceType = device.type;
                _deviceIndex = device.index;
            }

            /// <summary>Makes the moved form of a buffer and disposes the old one; integer buffers keep their type.</summary>
            /// <param name="dtype">The element type, or null to keep it.</param>
            /// <param name="device">The device, or null to keep it.</param>
            /// <param name="buffer">The buffer.</param>
            /// <param name="result">The moved buffer, or null when there is nothing to do.</param>
            /// <returns>Whether there was something to do.</returns>
            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor? result)
            {
                result = null;
                if (!WillCopy(buffer, dtype, device)) return false;
                result = buffer.to(TypeFor(buffer, dtype), device ?? buffer.device, disposeAfter: true).DetachFromDisposeScope();
                return true;
            }

            /// <summary>Makes the moved form of a parameter, its gradient included; integer parameters keep their type.</summary>
            /// <param name="dtype">The element type, or null to keep it.</param>
            /// <param name="device">The device, or null to keep it.</param>
            /// <param name="param">The parameter.</param>
            /// <param name="p">The moved parameter, or null when there is nothing to do.</param>
            /// <returns>Whether there was something to do.</returns>
            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter? p)
            {
                p = null;
                using var grad = param.grad;
                if (!WillCopy(param, dtype, device) && (grad is null || !WillCopy(grad, dtype, device))) return false;

                // Without gradients, so that the moved tensor is a leaf again.
                using var _ = no_grad();
                var (type, place) = (TypeFor(param, dtype), device ?? param.device);
                p = new Parameter(param.to(type, place), param.requires_grad);
                p.DetachFromDisposeScope();
                if (grad is not null)
                {
                    using var moved = grad.to(type, place).with_requires_grad(grad.requires_grad);
                    p.grad = moved;
                }
                return true;
            }

            internal T MoveModule<T>(Device? device, ScalarType? dtype) where T : Module
            {
                if (device is not null && dtype is not null) return (T)_to(device, dtype.Value, false);
                if (device is not null) return (T)_to(device.type, device.index, false);
                return dtype is null ? (T)this : (T)_to(dtype.Value, false);
            }

            // libtorch's own modules swap the data under their parameters, so that an optimiser made before keeps working.
            private void MoveInPlace(ScalarType? dtype, Device? device)
            {
                ThrowIfClosed();
                if (!_movesInPlace) return;
                using var _ = no_grad();
                foreach (var (_, parameter) in _internal_params)
                {
                    if (parameter.IsInvalid || !WillCopy(parameter, dtype, device)) continue;
                    using var moved = parameter.to(TypeFor(parameter, dtype), device ?? parameter.device);
                    SetData.CallDropping(parameter, moved);
                }
            }

            private bool TrySetProperty(string component, Tensor value)
            {
                var property = GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .FirstOrDefault(candidate => candidate.Name == component && candidate.CanWrite && candidate.PropertyType.IsInstanceOfType(value));
                property?.SetValue(this, value);
                return property is not null;
            }

            private void SetField(string component, Tensor value)
                => FieldsOf(GetType()).FirstOrDefault(field => field.ComponentName() == component)?.SetValue(this, value);

            private static ScalarType TypeFor(Tensor tensor, ScalarType? dtype)
                => dtype is not null && IsFloatingOrComplex(tensor.dtype) ? dtype.Value : tensor.dtype;

            private static bool WillCopy(Tensor tensor, ScalarType? dtype, Device? device)
                => TypeFor(tensor, dtype) != tensor.dtype
                    || device is not null && (device.type != tensor.device_type
                        || device.type != DeviceType.CPU && device.index >= 0 && device.index != tensor.device_index);

            private static void CheckElementType(ScalarType dtype)
            {
                if (!IsFloatingOrComplex(dtype))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={dtype}");
            }

            private static void CheckAvailable(DeviceType type)
            {
                if (type == DeviceType.CUDA && !cuda.is_available()) throw new InvalidOperationException("CUDA is not available.");
            }

            private static bool IsFloatingOrComplex(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16
                or ScalarType.Float32 or ScalarType.Float64 or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
        }
    }
}
