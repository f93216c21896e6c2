using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator NormOperator = Operator.Find("aten::norm", "ScalarOpt_dim");
            private static readonly Operator ClampMin = Operator.Find("aten::clamp_min");
            private static readonly Operator Divide = Operator.Find("aten::div", "Tensor");
            private static readonly Operator BatchNormOperator = Operator.Find("aten::batch_norm");
            private static readonly Operator LayerNormOperator = Operator.Find("aten::layer_norm");

            /// <summary>Divides each vector along an axis by its norm.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="p">The order of the norm.</param>
            /// <param name="dim">The axis.</param>
            /// <param name="eps">The smallest divisor.</param>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var norm = NormOperator.Call(input, p, One(dim), true);
                using var divisor = ClampMin.Call(norm, eps);
                return Divide.Call(input, divisor);
            }

            /// <summary>Brings each channel to mean 0 and variance 1 over the batch, or by running statistics.</summary>
            /// <param name="input">(batch, channels, ...).</param>
            /// <param name="running_mean">(channels); updated in training. Null: none is kept.</param>
            /// <param name="running_var">(channels); updated in training. Null: none is kept.</param>
            /// <param name="weight">(channels) to multiply by afterwards, or null.</param>
            /// <param name="bias">(channels) to add afterwards, or null.</param>
            /// <param name="training">Whether to use the batch's own statistics.</param>
            /// <param name="momentum">The share of the batch in the running statistics.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                bool training = false, double momentum = 0.1, double eps = 1e-5)
                => BatchNormOperator.Call(input, weight, bias, running_mean, running_var, training, momentum, eps, false);

            /// <summary>Brings each sample to mean 0 and variance 1 over its last axes.</summary>
            /// <param name="input">(..., normalized shape).</param>
            /// <param name="normalized_shape">The sizes of the last axes.</param>
            /// <param name="weight">Of the normalized shape, to multiply by afterwards, or null.</param>
            /// <param name="bias">Of the normalized shape, to add afterwards, or null.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
                => LayerNormOperator.Call(input, normalized_shape, weight, bias, eps);
        }
    }
}
