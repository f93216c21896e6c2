using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private static readonly Operator DetachOperator = Operator.Find("aten::detach");
        private static readonly Operator DetachInPlace = Operator.Find("aten::detach_");

        /// <summary>True when operations on the tensor are recorded, so that gradients can be computed for it.</summary>
        public bool requires_grad
        {
            get
            {
                var value = NativeMethods.elt_tensor_requires_grad(Handle);
                GC.KeepAlive(this);
                NativeError.Check(value, nameof(requires_grad));
                return value != 0;
            }

            set
            {
                var status = NativeMethods.elt_tensor_set_requires_grad(Handle, value ? 1 : 0);
                GC.KeepAlive(this);
                NativeError.Check(status, nameof(requires_grad));
            }
        }

        /// <summary>True when the tensor was made by the user and not by a recorded operation: only such tensors get a gradient.</summary>
        public bool is_leaf
        {
            get
            {
                var value = NativeMethods.elt_tensor_is_leaf(Handle);
                GC.KeepAlive(this);
                NativeError.Check(value, nameof(is_leaf));
                return value != 0;
            }
        }

        /// <summary>What <see cref="backward"/> added up for this tensor, as a tensor of its own over the same memory; null before.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint gradient;
                var status = NativeMethods.elt_tensor_grad(Handle, &gradient);
                GC.KeepAlive(this);
                NativeError.Check(status, nameof(grad));
                return gradient == 0 ? null : new Tensor(gradient, 0);
            }

            set
            {
                var status = NativeMethods.elt_tensor_set_grad(Handle, value is null ? 0 : value.Handle);
                GC.KeepAlive(this);
                GC.KeepAlive(value);
                NativeError.Check(status, nameof(grad));
            }
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns this tensor.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns this tensor.</summary>
        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>Makes backward keep the gradient of a tensor that is not a leaf.</summary>
        public void retain_grad()
        {
            var status = NativeMethods.elt_tensor_retain_grad(Handle);
            GC.KeepAlive(this);
            NativeError.Check(status, nameof(retain_grad));
        }

        /// <summary>Adds the gradients of this tensor to the <see cref="grad"/> of the leaves that it was computed from.</summary>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>The same numbers, in the same memory, without the record of how they were computed.</summary>
        public Tensor detach() => DetachOperator.Call(this);

        /// <summary>Forgets how the tensor was computed.</summary>
        public Tensor detach_()
        {
            DetachInPlace.CallDropping(this);
            return this;
        }
    }
}
