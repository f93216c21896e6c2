using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>max(0, x).</summary>
        public sealed class ReLU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.relu(tensor, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for max(0, x).</summary>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static ReLU ReLU(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                private static readonly Operator ReLUOperator = Operator.Find("aten::relu");
                private static readonly Operator InPlaceReLU = Operator.Find("aten::relu_");

                /// <summary>max(0, x).</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor relu(Tensor x, bool inplace = false) => (inplace ? InPlaceReLU : ReLUOperator).Call(x);
            }
        }
    }
}
