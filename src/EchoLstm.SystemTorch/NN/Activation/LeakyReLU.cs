using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x, or a fraction of it below 0.</summary>
        public sealed class LeakyReLU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal LeakyReLU(double negative_slope, bool inplace) : base(nameof(LeakyReLU))
                => (this.negative_slope, this.inplace) = (negative_slope, inplace);

            /// <summary>The slope below 0.</summary>
            public double negative_slope { get; set; }

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.leaky_relu(tensor, negative_slope, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for x, or a fraction of it below 0.</summary>
            /// <param name="negative_slope">The slope below 0.</param>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);

            public static partial class functional
            {
                private static readonly Operator LeakyReLUOperator = Operator.Find("aten::leaky_relu");
                private static readonly Operator InPlaceLeakyReLU = Operator.Find("aten::leaky_relu_");

                /// <summary>x, or a fraction of it below 0.</summary>
                /// <param name="input">Any shape.</param>
                /// <param name="negative_slope">The slope below 0.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false)
                    => (inplace ? InPlaceLeakyReLU : LeakyReLUOperator).Call(input, negative_slope);
            }
        }
    }
}
