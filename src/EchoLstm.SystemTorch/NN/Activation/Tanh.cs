using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>The hyperbolic tangent.</summary>
        public sealed class Tanh : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Tanh(bool inplace) : base(nameof(Tanh)) => this.inplace = inplace;

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.tanh(tensor, inplace);

            /// <inheritdoc/>
            public override string GetName() => nameof(Tanh);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for The hyperbolic tangent.</summary>
            public static Tanh Tanh() => new(false);

            /// <summary>A module for The hyperbolic tangent.</summary>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Tanh Tanh(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                private static readonly Operator TanhOperator = Operator.Find("aten::tanh");
                private static readonly Operator InPlaceTanh = Operator.Find("aten::tanh_");

                /// <summary>The hyperbolic tangent.</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor tanh(Tensor x, bool inplace = false) => (inplace ? InPlaceTanh : TanhOperator).Call(x);
            }
        }
    }
}
