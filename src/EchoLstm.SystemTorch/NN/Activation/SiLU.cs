using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x / (1 + e⁻ˣ).</summary>
        public sealed class SiLU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal SiLU(bool inplace) : base(nameof(SiLU)) => this.inplace = inplace;

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.silu(tensor, inplace);

            /// <inheritdoc/>
            public override string GetName() => nameof(SiLU);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for x / (1 + e⁻ˣ).</summary>
            public static SiLU SiLU() => new(false);

            /// <summary>A module for x / (1 + e⁻ˣ).</summary>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static SiLU SiLU(bool inplace) => new(inplace);

            public static partial class functional
            {
                private static readonly Operator SiLUOperator = Operator.Find("aten::silu");
                private static readonly Operator InPlaceSiLU = Operator.Find("aten::silu_");

                /// <summary>x / (1 + e⁻ˣ).</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor silu(Tensor x, bool inplace = false) => (inplace ? InPlaceSiLU : SiLUOperator).Call(x);
            }
        }
    }
}
