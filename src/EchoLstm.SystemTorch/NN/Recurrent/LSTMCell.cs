using System.Runtime.InteropServices;
using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using Tensor = torch.Tensor;

        /// <summary>One step of long short-term memory, gates in the order input, forget, cell, output.</summary>
        public sealed class LSTMCell : torch.nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)>
        {
            private static readonly Operator Step = Operator.Find("aten::lstm_cell");

            private readonly long _features;
            private readonly long _units;

            internal LSTMCell(long features, long units, bool bias) : base(null, "torch::nn::LSTMCellImpl")
            {
                (_features, _units) = (features, units);
                Add("weight_ih", 4 * units, features);
                Add("weight_hh", 4 * units, units);
                if (!bias) return;
                Add("bias_ih", 4 * units);
                Add("bias_hh", 4 * units);
            }

            /// <summary>Takes one step, without hooks.</summary>
            /// <param name="input">(batch, features).</param>
            /// <param name="h0_c0">The hidden and cell states, each (batch, units); zeros when null.</param>
            /// <returns>The new hidden and cell states.</returns>
            public override (Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0)
            {
                ThrowIfClosed();
                CheckInput(input);
                if (h0_c0 is null)
                {
                    using var zeros = torch.zeros(new[] { input.shape[0], _units }, input.dtype, input.device);
                    return Run(input, zeros, zeros);
                }
                return Run(input, h0_c0.Value.Item1, h0_c0.Value.Item2);
            }

            private (Tensor, Tensor) Run(Tensor input, Tensor hidden, Tensor cell)
            {
                var results = Step.CallMany(input, new[] { hidden, cell }, Own("weight_ih"), Own("weight_hh"), Own("bias_ih"), Own("bias_hh"));
                return (results[0], results[1]);
            }

            /// <summary>Takes one step.</summary>
            /// <param name="input">(batch, features).</param>
            /// <param name="h0_c0">The hidden and cell states, each (batch, units); zeros when null.</param>
            /// <returns>The new hidden and cell states.</returns>
            public new (Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

            /// <summary>The matrix for the input, (4 units, features). Each reading gives a new object for the same parameter.</summary>
            public Parameter? weight_ih
            {
                get => Own("weight_ih")?.Alias();
                set => ConditionallyRegisterParameter("weight_ih", value ?? throw new ArgumentNullException(nameof(value),
                    "weight_ih cannot be set to 'null'"));
            }

            /// <summary>The matrix for the state, (4 units, units). Each reading gives a new object for the same parameter.</summary>
            public Parameter? weight_hh
            {
                get => Own("weight_hh")?.Alias();
                set => ConditionallyRegisterParameter("weight_hh", value ?? throw new ArgumentNullException(nameof(value),
                    "weight_hh cannot be set to 'null'"));
            }

            /// <summary>The bias on the input, (4 units), or null. Each reading gives a new object for the same parameter.</summary>
            public Parameter? bias_ih
            {
                get => Own("bias_ih")?.Alias();
                set => ConditionallyRegisterParameter("bias_ih", value ?? throw new ArgumentNullException(nameof(value),
                    "bias_ih cannot be set to 'null'"));
            }

            /// <summary>The bias on the state, (4 units), or null. Each reading gives a new object for the same parameter.</summary>
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
                        $"LSTMCell: input has inconsistent input_size: got [{string.Join(", ", shape)}] expected (batch, {_features})");
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>One step of long short-term memory, gates in the order input, forget, cell, output. Initial values are uniform within 1 / √units.</summary>
            /// <param name="inputSize">The number of features.</param>
            /// <param name="hiddenSize">The number of units.</param>
            /// <param name="bias">Whether to add biases, two vectors.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static LSTMCell LSTMCell(long inputSize, long hiddenSize, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new LSTMCell(inputSize, hiddenSize, bias).MoveModule<LSTMCell>(device, dtype);
        }
    }
}
