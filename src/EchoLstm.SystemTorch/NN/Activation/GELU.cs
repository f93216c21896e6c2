using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x Φ(x), with Φ the normal distribution.</summary>
        public sealed class GELU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal GELU(bool inplace) : base(nameof(GELU)) => this.inplace = inplace;

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.gelu(tensor, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for x Φ(x), with Φ the normal distribution.</summary>
            public static GELU GELU() => new(false);

            /// <summary>A module for x Φ(x), with Φ the normal distribution.</summary>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static GELU GELU(bool inplace) => new(inplace);

            public static partial class functional
            {
                private static readonly Operator GELUOperator = Operator.Find("aten::gelu");
                private static readonly Operator InPlaceGELU = Operator.Find("aten::gelu_");

                /// <summary>x Φ(x), with Φ the normal distribution.</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor gelu(Tensor x, bool inplace) => (inplace ? InPlaceGELU : GELUOperator).Call(x);

                /// <summary>x Φ(x), with Φ the normal distribution.</summary>
                /// <param name="x">Any shape.</param>
                public static Tensor gelu(Tensor x) => GELUOperator.Call(x);
            }
        }
    }
}
