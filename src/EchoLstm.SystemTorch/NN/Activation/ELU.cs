using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x, or alpha (eˣ - 1) below 0.</summary>
        public sealed class ELU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal ELU(double alpha, bool inplace) : base(nameof(ELU)) => (this.alpha, this.inplace) = (alpha, inplace);

            /// <summary>The scale below 0.</summary>
            public double alpha { get; set; }

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.elu(tensor, alpha, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for x, or alpha (eˣ - 1) below 0.</summary>
            /// <param name="alpha">The scale below 0.</param>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static ELU ELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

            public static partial class functional
            {
                private static readonly Operator ELUOperator = Operator.Find("aten::elu");
                private static readonly Operator InPlaceELU = Operator.Find("aten::elu_");

                /// <summary>x, or alpha (eˣ - 1) below 0.</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="alpha">The scale below 0.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor elu(Tensor x, double alpha, bool inplace = false) => (inplace ? InPlaceELU : ELUOperator).Call(x, alpha);
            }
        }
    }
}
