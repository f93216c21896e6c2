using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Exponentials along an axis, divided by their sum.</summary>
        public sealed class Softmax : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Softmax(long dim) : base(nameof(Softmax)) => this.dim = dim;

            /// <summary>The axis.</summary>
            public long dim { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.softmax(tensor, dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for the softmax along an axis.</summary>
            /// <param name="dim">The axis.</param>
            public static Softmax Softmax(long dim) => new(dim);

            public static partial class functional
            {
                private static readonly Operator SoftmaxOperator = Operator.Find("aten::softmax", "int");

                /// <summary>Exponentials along an axis, divided by their sum.</summary>
                /// <param name="input">Any shape.</param>
                /// <param name="dim">The axis.</param>
                /// <param name="dtype">The type to compute in, or null for the input's.</param>
                public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => SoftmaxOperator.Call(input, dim, dtype);
            }
        }
    }
}
