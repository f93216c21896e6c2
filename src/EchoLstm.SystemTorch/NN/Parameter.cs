using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A tensor that a module trains: a leaf of the autograd graph that modules register.</summary>
        public class Parameter : torch.Tensor
        {
            /// <summary>Takes a tensor over: the parameter has its memory, and the tensor object is empty afterwards.</summary>
            /// <param name="data">The initial value; not to be used any more.</param>
            /// <param name="requires_grad">Whether to compute a gradient for it.</param>
            public Parameter(torch.Tensor data, bool requires_grad = true)
                : base(data.with_requires_grad(requires_grad).MoveHandle(), false)
                => DisposeScope.ReplaceWith(data, this);

            private Parameter(nint handle, bool register) : base(handle, register) { }

            /// <summary>Another object for the same parameter, on the current scope.</summary>
            internal Parameter Alias()
            {
                var handle = Handle;
                NativeMethods.elt_tensor_retain(handle);
                GC.KeepAlive(this);
                return new Parameter(handle, register: true);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Takes a tensor over as a parameter.</summary>
            /// <param name="data">The initial value; not to be used any more.</param>
            /// <param name="requires_grad">Whether to compute a gradient for it.</param>
            public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
