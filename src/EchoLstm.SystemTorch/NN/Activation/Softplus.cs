using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>log(1 + e^(beta x)) / beta: a smooth ReLU.</summary>
        public sealed class Softplus : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Softplus(double beta, double threshold) : base(nameof(Softplus)) => (this.beta, this.threshold) = (beta, threshold);

            /// <summary>How sharp the bend is.</summary>
            public double beta { get; set; }

            /// <summary>Where beta x is above this, the result is x.</summary>
            public double threshold { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.softplus(tensor, beta, threshold);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for log(1 + e^(beta x)) / beta.</summary>
            /// <param name="beta">How sharp the bend is.</param>
            /// <param name="threshold">Where beta x is above this, the result is x.</param>
            public static Softplus Softplus(double beta = 1, double threshold = 20) => new(beta, threshold);

            public static partial class functional
            {
                private static readonly Operator SoftplusOperator = Operator.Find("aten::softplus");

                /// <summary>log(1 + e^(beta x)) / beta.</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="beta">How sharp the bend is.</param>
                /// <param name="threshold">Where beta x is above this, the result is x.</param>
                public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => SoftplusOperator.Call(x, beta, threshold);
            }
        }
    }
}
