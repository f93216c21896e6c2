using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What modules compute, as plain functions.</summary>
        public static partial class functional
        {
            private static readonly Operator LinearOperator = Operator.Find("aten::linear");

            /// <summary>Multiplies the last axis by a matrix and adds a bias: y = x Wᵀ + b.</summary>
            /// <param name="input">(..., inputs).</param>
            /// <param name="weights">(outputs, inputs).</param>
            /// <param name="bias">(outputs), or null.</param>
            /// <returns>(..., outputs).</returns>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => LinearOperator.Call(input, weights, bias);
        }
    }
}
