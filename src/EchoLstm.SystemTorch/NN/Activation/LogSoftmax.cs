using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>The logarithm of the softmax along an axis.</summary>
        public sealed class LogSoftmax : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal LogSoftmax(long dim) : base(nameof(LogSoftmax)) => this.dim = dim;

            /// <summary>The axis.</summary>
            public long dim { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.log_softmax(tensor, dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for the logarithm of the softmax along an axis.</summary>
            /// <param name="dim">The axis.</param>
            public static LogSoftmax LogSoftmax(long dim) => new(dim);

            public static partial class functional
            {
                private static readonly Operator LogSoftmaxOperator = Operator.Find("aten::log_softmax", "int");

                /// <summary>The logarithm of the softmax along an axis.</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="dim">The axis.</param>
                public static Tensor log_softmax(Tensor x, long dim) => LogSoftmaxOperator.Call(x, dim);
            }
        }
    }
}
