using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x / 6 + 1/2, between 0 and 1.</summary>
        public sealed class Hardsigmoid : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Hardsigmoid(bool inplace) : base(nameof(Hardsigmoid)) => this.inplace = inplace;

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.hardsigmoid(tensor, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for x / 6 + 1/2, between 0 and 1.</summary>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Hardsigmoid Hardsigmoid(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                private static readonly Operator HardsigmoidOperator = Operator.Find("aten::hardsigmoid");
                private static readonly Operator InPlaceHardsigmoid = Operator.Find("aten::hardsigmoid_");

                /// <summary>x / 6 + 1/2, between 0 and 1.</summary>
                /// <param name="input">Any shape.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor hardsigmoid(Tensor input, bool inplace = false)
                    => (inplace ? InPlaceHardsigmoid : HardsigmoidOperator).Call(input);
            }
        }
    }
}
