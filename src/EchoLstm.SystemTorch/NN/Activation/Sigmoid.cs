using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>1 / (1 + e⁻ˣ).</summary>
        public sealed class Sigmoid : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Sigmoid(bool inplace) : base(nameof(Sigmoid)) => this.inplace = inplace;

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.sigmoid(tensor, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for 1 / (1 + e⁻ˣ).</summary>
            public static Sigmoid Sigmoid() => new(false);

            /// <summary>A module for 1 / (1 + e⁻ˣ).</summary>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Sigmoid Sigmoid(bool inplace) => new(inplace);

            public static partial class functional
            {
                private static readonly Operator SigmoidOperator = Operator.Find("aten::sigmoid");
                private static readonly Operator InPlaceSigmoid = Operator.Find("aten::sigmoid_");

                /// <summary>1 / (1 + e⁻ˣ).</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor sigmoid(Tensor x, bool inplace) => (inplace ? InPlaceSigmoid : SigmoidOperator).Call(x);

                /// <summary>1 / (1 + e⁻ˣ).</summary>
                /// <param name="x">Any shape.</param>
                public static Tensor sigmoid(Tensor x) => SigmoidOperator.Call(x);
            }
        }
    }
}
