using System.Runtime.InteropServices;
using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using Tensor = torch.Tensor;

        /// <summary>One step of gated recurrent units, gates in the order reset, update, new.</summary>
        public sealed class GRUCell : torch.nn.Module<Tensor, Tensor, Tensor>
        {
            private static readonly Operator Step = Operator.Find("aten::gru_cell");

            private readonly long _features;
            private readonly long _units;

            internal GRUCell(long features, long units, bool bias) : base(null, "torch::nn::GRUCellImpl")
            {
                (_features, _units) = (features, units);
                Add("weight_ih", 3 * units, features);
                Add("weight_hh", 3 * units, units);
                if (!bias) return;
                Add("bias_ih", 3 * units);
                Add("bias_hh", 3 * units);
            }

            /// <summary>Takes one step.</summary>
            /// <param name="input">(batch, features).</param>
            /// <param name="h0">The state, (batch, units); zeros when null.</param>
            /// <returns>The new state.</returns>
            public override Tensor forward(Tensor input, Tensor? h0 = null)
            {
                ThrowIfClosed();
                CheckInput(input);
                if (h0 is null)
                {
                    using var zeros = torch.zeros(new[] { input.shape[0], _units }, input.dtype, input.device);
                    return Run(input, zeros);
                }
                return Run(input, h0);
            }

            private Tensor Run(Tensor input, Tensor state)
                => Step.Call(input, state, Own("weight_ih"), Own("weight_hh"), Own("bias_ih"), Own("bias_hh"));

            /// <summary>The matrix for the input, (3 units, features). Each reading gives a new object for the same parameter.</summary>
            public Parameter? weight_ih
            {
                get => Own("weight_ih")?.Alias();
                set => ConditionallyRegisterParameter("weight_ih", value ?? throw new ArgumentNullException(nameof(value),
                    "weight_ih cannot be set to 'null'"));
            }

            /// <summary>The matrix for the state, (3 units, units). Each reading gives a new object for the same parameter.</summary>
            public Parameter? weight_hh
            {
                get => Own("weight_hh")?.Alias();
                set => ConditionallyRegisterParameter("weight_hh", value ?? throw new ArgumentNullException(nameof(value),
                    "weight_hh cannot be set to 'null'"));
            }

            /// <summary>The bias on the input, (3 units), or null. Each reading gives a new object for the same parameter.</summary>
            public Parameter? bias_ih
            {
                get => Own("bias_ih")?.Alias();
                set => ConditionallyRegisterParameter("bias_ih", value ?? throw new ArgumentNullException(nameof(value),
                    "bias_ih cannot be set to 'null'"));
            }

            /// <summary>The bias on the state, (3 units), or null. Each reading gives a new object for the same parameter.</summary>
            public Parameter? bias_hh
            {
                get => Own("bias_hh")?.Alias();
                set => ConditionallyRegisterParameter("bias_hh", value ?? throw new ArgumentNullException(nameof(value),
                    "bias_hh cannot be set to 'null'"));
            }

            private Parameter? Own(string name) => _internal_params.TryGetValue(name, out var parameter) ? parameter : null;

            private void Add(string name, params long[] shape)
            {
                var bound = 1 / Math.Sqrt(_units);
                var parameter = torch.nn.Parameter(torch.empty(shape));
                parameter.DetachFromDisposeScope();
                torch.nn.init.uniform_(parameter, -bound, bound);
                ConditionallyRegisterParameter(name, parameter);
            }

            private void CheckInput(Tensor input)
            {
                var shape = input.shape;
                if (shape.Length != 2 || shape[1] != _features)
                    throw new ExternalException(
                        $"GRUCell: input has inconsistent input_size: got [{string.Join(", ", shape)}] expected (batch, {_features})");
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>One step of gated recurrent units, gates in the order reset, update, new. Initial values are uniform within 1 / √units.</summary>
            /// <param name="inputSize">The number of features.</param>
            /// <param name="hiddenSize">The number of units.</param>
            /// <param name="bias">Whether to add biases, two vectors.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static GRUCell GRUCell(long inputSize, long hiddenSize, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new GRUCell(inputSize, hiddenSize, bias).MoveModule<GRUCell>(device, dtype);
        }
    }
}
