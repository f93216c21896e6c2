using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x, between two bounds.</summary>
        public sealed class Hardtanh : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Hardtanh(double min_val, double max_val, bool inplace) : base(nameof(Hardtanh))
                => (this.min_val, this.max_val, this.inplace) = (min_val, max_val, inplace);

            /// <summary>The lower bound.</summary>
            public double min_val { get; set; }

            /// <summary>The upper bound.</summary>
            public double max_val { get; set; }

            /// <summary>Whether to change the input itself.</summary>
            public bool inplace { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.hardtanh(tensor, min_val, max_val, inplace);

            /// <inheritdoc/>
            public override string GetName() => nameof(Hardtanh);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for x, between two bounds.</summary>
            /// <param name="min_val">The lower bound.</param>
            /// <param name="max_val">The upper bound.</param>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Hardtanh Hardtanh(double min_val = -1.0, double max_val = 1.0, bool inplace = false) => new(min_val, max_val, inplace);

            public static partial class functional
            {
                private static readonly Operator HardtanhOperator = Operator.Find("aten::hardtanh");
                private static readonly Operator InPlaceHardtanh = Operator.Find("aten::hardtanh_");

                /// <summary>x, between two bounds.</summary>
                /// <param name="x">Any shape.</param>
                /// <param name="min_val">The lower bound.</param>
                /// <param name="max_val">The upper bound.</param>
                /// <param name="inplace">Whether to change the input itself.</param>
                public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false)
                    => (inplace ? InPlaceHardtanh : HardtanhOperator).Call(x, min_val, max_val);
            }
        }
    }
}
