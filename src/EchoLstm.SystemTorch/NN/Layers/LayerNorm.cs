using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Brings each sample to mean 0 and variance 1 over its last axes.</summary>
        public sealed class LayerNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
        {
            [ComponentName(Name = nameof(weight))] private Parameter? _weight;
            [ComponentName(Name = nameof(bias))] private Parameter? _bias;

            internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, torch.Device? device, torch.ScalarType? dtype)
                : base(nameof(LayerNorm))
            {
                (this.normalized_shape, this.eps, this.elementwise_affine) = (normalized_shape, eps, elementwise_affine);
                if (elementwise_affine)
                {
                    weight = Parameter(torch.empty(normalized_shape, dtype, device));
                    if (bias) this.bias = Parameter(torch.empty(normalized_shape, dtype, device));
                }
                reset_parameters();
            }

            /// <summary>The sizes of the last axes.</summary>
            public long[] normalized_shape { get; set; }

            /// <summary>Added to the variance.</summary>
            public double eps { get; set; }

            /// <summary>Whether there is a weight (and a bias, unless it was declined).</summary>
            public bool elementwise_affine { get; set; }

            /// <summary>A factor for each element; null without affine parameters.</summary>
            public Parameter weight
            {
                get => _weight!;
                set => Replace(ref _weight, nameof(weight), value ?? throw new ArgumentNullException(nameof(weight)));
            }

            /// <summary>A summand for each element, or null.</summary>
            public Parameter? bias
            {
                get => _bias;
                set => Replace(ref _bias, nameof(bias), value);
            }

            /// <summary>Sets the weight to 1 and the bias to 0.</summary>
            public void reset_parameters()
            {
                if (_weight is not null) init.ones_(_weight);
                if (_bias is not null) init.zeros_(_bias);
            }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => functional.layer_norm(tensor, normalized_shape, _weight, _bias, eps);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module that brings each sample to mean 0 and variance 1 over its last axes.</summary>
            /// <param name="normalized_shape">The sizes of these axes.</param>
            /// <param name="eps">Added to the variance.</param>
            /// <param name="elementwise_affine">Whether to train a factor and a summand for each element.</param>
            /// <param name="bias">Whether to have the summand.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true,
                Device? device = null, ScalarType? dtype = null)
                => new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

            /// <summary>A module that brings each sample to mean 0 and variance 1 over its last axis.</summary>
            /// <param name="normalized_shape">The size of that axis.</param>
            /// <param name="eps">Added to the variance.</param>
            /// <param name="elementwise_affine">Whether to train a factor and a summand for each element.</param>
            /// <param name="bias">Whether to have the summand.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true,
                Device? device = null, ScalarType? dtype = null)
                => new([normalized_shape], eps, elementwise_affine, bias, device, dtype);
        }
    }
}
