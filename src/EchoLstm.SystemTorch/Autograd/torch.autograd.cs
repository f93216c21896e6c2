// TorchSharp says nothing about null here, and so its users are not warned; the same holds for ours.
#nullable disable

using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Gradients of recorded operations.</summary>
    public static partial class autograd
    {
        /// <summary>The gradients of the outputs with respect to the inputs, as new tensors; the tensors' own gradients stay as they are.</summary>
        /// <remarks>Where an unused input is allowed, its gradient is a tensor whose <see cref="Tensor.IsInvalid"/> is true.</remarks>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs,
            IList<Tensor> inputs,
            IList<Tensor> grad_outputs = null,
            bool retain_graph = false,
            bool create_graph = false,
            bool allow_unused = false)
        {
            var outputHandles = Handles(outputs);
            var inputHandles = Handles(inputs);
            var gradientHandles = Handles(grad_outputs);
            var results = new nint[inputHandles.Length];
            fixed (nint* o = outputHandles, i = inputHandles, g = gradientHandles, r = results)
            {
                var status = NativeMethods.elt_grad(
                    o, outputHandles.Length, g, gradientHandles.Length, i, inputHandles.Length,
                    retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, r);
                KeepAlive(outputs, inputs, grad_outputs);
                NativeError.Check(status, "autograd.grad");
            }

            return Array.ConvertAll(results, static handle => new Tensor(handle)).ToList();
        }

        /// <summary>Adds the gradients of the tensors to those of the leaves, or of the given inputs.</summary>
        public static unsafe void backward(
            IList<Tensor> tensors,
            IList<Tensor> grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor> inputs = null)
        {
            var tensorHandles = Handles(tensors);
            var gradientHandles = Handles(grad_tensors);
            var inputHandles = Handles(inputs);
            fixed (nint* t = tensorHandles, g = gradientHandles, i = inputHandles)
            {
                var status = NativeMethods.elt_backward(
                    t, tensorHandles.Length, g, gradientHandles.Length, (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0,
                    i, inputHandles.Length);
                KeepAlive(tensors, grad_tensors, inputs);
                NativeError.Check(status, "autograd.backward");
            }
        }

        /// <summary>Adds the gradients of the tensor to those of the leaves, or of the given inputs.</summary>
        public static void backward(
            Tensor tensor,
            IList<Tensor> grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor> inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Adds the gradients of the tensor to those of the leaves, or of the given inputs.</summary>
        public static void backward(
            Tensor tensor,
            Tensor grad_tensor,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor> inputs = null) => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static nint[] Handles(IList<Tensor> tensors)
        {
            if (tensors is null || tensors.Count == 0)
            {
                return [];
            }

            var handles = new nint[tensors.Count];
            for (var i = 0; i < handles.Length; i++)
            {
                handles[i] = tensors[i].Handle;
            }

            return handles;
        }

        private static void KeepAlive(object first, object second, object third)
        {
            GC.KeepAlive(first);
            GC.KeepAlive(second);
            GC.KeepAlive(third);
        }
    }
}
