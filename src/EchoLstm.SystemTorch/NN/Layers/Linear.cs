using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A fully connected layer: y = x Wᵀ + b over the last axis.</summary>
        public sealed class Linear : torch.nn.Module<torch.Tensor, torch.Tensor>
        {
            [ComponentName(Name = nameof(weight))] private Parameter? _weight;
            [ComponentName(Name = nameof(bias))] private Parameter? _bias;

            internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
            {
                (out_features, in_features) = (weight.shape[0], weight.shape[1]);
                this.weight = weight;
                this.bias = bias;
            }

            internal Linear(long inputSize, long outputSize, bool hasBias, torch.Device? device, torch.ScalarType? dtype) : base(nameof(Linear))
            {
                (in_features, out_features) = (inputSize, outputSize);
                weight = Parameter(torch.empty(new[] { outputSize, inputSize }, dtype, device));
                init.kaiming_uniform_(weight, Math.Sqrt(5));
                if (!hasBias) return;

                bias = Parameter(torch.empty(new[] { outputSize }, dtype, device));
                var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
                init.uniform_(bias, -bound, bound);
            }

            /// <summary>(outputs, inputs). What is set replaces and releases what was there.</summary>
            public Parameter weight
            {
                get => _weight!;
                set => Replace(ref _weight, nameof(weight), value ?? throw new ArgumentNullException(nameof(weight)));
            }

            /// <summary>(outputs), or null. What is set replaces and releases what was there.</summary>
            public Parameter? bias
            {
                get => _bias;
                set => Replace(ref _bias, nameof(bias), value);
            }

            /// <summary>The size of the last axis that goes in.</summary>
            public long in_features { get; set; }

            /// <summary>The size of the last axis that comes out.</summary>
            public long out_features { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => functional.linear(tensor, weight, bias);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A fully connected layer with PyTorch's initial values: uniform within 1 / √inputs.</summary>
            /// <param name="inputSize">The size of the last axis that goes in.</param>
            /// <param name="outputSize">The size of the last axis that comes out.</param>
            /// <param name="hasBias">Whether to add a bias.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
                => new(inputSize, outputSize, hasBias, device, dtype);

            /// <summary>A fully connected layer over given parameters, which it owns from then on.</summary>
            /// <param name="weight">(outputs, inputs).</param>
            /// <param name="bias">(outputs), or null.</param>
            public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);
        }
    }
}
